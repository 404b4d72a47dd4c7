"""What an adjustment asks for, what it comes to, and why it can't be: code -> (Vietnamese, English)."""

CHANGES: dict[str, tuple[str, str]] = {
    # one patch, in a sentence
    "patch-move_deadline-case": (
        "{title}: {deadline} chuyển đến hết {to}",
        "{title}: {deadline} moves to the end of {to}",
    ),
    "patch-move_deadline-round": (
        "{title}: {deadline} chuyển đến hết {to}",
        "{title}: {deadline} moves to the end of {to}",
    ),
    "patch-move_deadline-plan": (
        "Kế hoạch, từ nay: {deadline} là {to}",
        "The plan from now on: {deadline} is {to}",
    ),
    "patch-change_raw-case": ("{title}: {deadline} ghi là “{to}”", "{title}: {deadline} reads “{to}”"),
    "patch-change_raw-round": (
        "{title}: {deadline} ghi là “{to}”",
        "{title}: {deadline} reads “{to}”",
    ),
    "patch-change_raw-plan": (
        "Kế hoạch, từ nay: {deadline} ghi là “{to}”",
        "The plan from now on: {deadline} reads “{to}”",
    ),
    "patch-change_lead-round": (
        "{title}, {cycle}: {to} chủ trì, thay {before}",
        "{title}, {cycle}: {to} leads instead of {before}",
    ),
    "patch-change_lead-plan": (
        "{title}, từ nay: {to} chủ trì, thay {before}",
        "{title} from now on: {to} leads instead of {before}",
    ),
    "patch-change_coordinators-round": (
        "{title}, {cycle}: phối hợp là {to}",
        "{title}, {cycle}: coordinated by {to}",
    ),
    "patch-change_coordinators-plan": (
        "{title}, từ nay: phối hợp là {to}",
        "{title} from now on: coordinated by {to}",
    ),
    "patch-change_title-round": ("{title}, {cycle}: tên là “{to}”", "{title}, {cycle}: is called “{to}”"),
    "patch-change_title-plan": ("{title}, từ nay: tên là “{to}”", "{title} from now on: is called “{to}”"),
    "patch-add_area-round": (
        "Thêm lĩnh vực “{title}” vào {cycle}, {to} chủ trì",
        "Add the area “{title}” to {cycle}, led by {to}",
    ),
    "patch-add_area-plan": (
        "Thêm lĩnh vực “{title}” từ nay, {to} chủ trì",
        "Add the area “{title}” from now on, led by {to}",
    ),
    "patch-end_area-round": ("Kết thúc lĩnh vực “{title}” trong {cycle}", "End the area “{title}” in {cycle}"),
    "patch-end_area-plan": ("Kết thúc lĩnh vực “{title}” từ nay", "End the area “{title}” from now on"),
    "patch-add_unit-round": ("Thêm {title} vào danh sách báo cáo của {cycle}", "Add {title} to the roster of {cycle}"),
    "patch-add_unit-plan": ("Thêm {title} vào danh sách báo cáo từ nay", "Add {title} to the roster from now on"),
    "patch-end_unit-round": ("{title} thôi báo cáo trong {cycle}", "{title} no longer reports in {cycle}"),
    "patch-end_unit-plan": ("{title} thôi báo cáo từ nay", "{title} no longer reports from now on"),
    "moment-before-year": ("trước ngày {days} hằng năm", "before {days} of each year"),
    "moment-by-year": ("đến hết ngày {days} hằng năm", "by the end of {days} of each year"),
    "moment-before": ("trước ngày {days} mỗi kỳ", "before {days} of each cycle"),
    "moment-by": ("đến hết ngày {days} mỗi kỳ", "by the end of {days} of each cycle"),
    "moment-following": ("{moment} (năm hoặc tháng kế tiếp)", "{moment} (of the following year or month)"),
    "moment-after": ("{span} sau {start}", "{span} after {start}"),
    "moment-undated": ("không định ngày", "undated"),
    "moment-opening": ("ngày mở kỳ báo cáo", "the round's opening"),
    "span-d": ("{n} ngày", "{n} days"),
    "span-wd": ("{n} ngày làm việc", "{n} working days"),
    "patch-coordinators-none-round": (
        "{title}, {cycle}: không còn cơ quan phối hợp",
        "{title}, {cycle}: no agency coordinates any more",
    ),
    "patch-coordinators-none-plan": (
        "{title}, từ nay: không còn cơ quan phối hợp",
        "{title} from now on: no agency coordinates any more",
    ),
    "request-title": ("Đề nghị điều chỉnh số {number}: {words}", "Adjustment request {number}: {words}"),
    "request-title-more": (
        "Đề nghị điều chỉnh số {number}: {words}; và {more} nội dung khác",
        "Adjustment request {number}: {words}; and {more} more",
    ),
    "no-opinion": ("không có ý kiến trong thời hạn", "no opinion within the term"),
    "amended-reason": (
        "Theo văn bản {decision}, đề nghị điều chỉnh số {number}",
        "By decision {decision}, adjustment request {number}",
    ),
    "amended-reason-dated": (
        "Theo văn bản {decision} ngày {day}, đề nghị điều chỉnh số {number}",
        "By decision {decision} of {day}, adjustment request {number}",
    ),
    # what the impact report warns of
    "warn-after-round": (
        "{case}: {deadline} (đến hết {day}) muộn hơn hạn tổng hợp của kỳ (đến hết {round_day})",
        "{case}: {deadline} (until {day}) comes after the round's consolidation (until {round_day})",
    ),
    "warn-left-out": ("{case} giữ nguyên: {why}", "{case} stays as it is: {why}"),
    "warn-fired": (
        "{case}: đã qua {deadline}; việc chậm vẫn được ghi nhận, trừ khi quyết định nêu rõ là không tính",
        "{case}: {deadline} has passed; the lateness stays on record unless the decision waives it",
    ),
    "warn-check": ("Kiểm tra kế hoạch sau điều chỉnh: {words}", "The checker on the plan after it: {words}"),
    "why-met": ("đã hoàn thành", "it has been met"),
    "why-ended": ("đã kết thúc", "it has ended"),
    "why-overdue": (
        "đã quá hạn; muốn có hạn mới thì đề nghị riêng cho hồ sơ đó",
        "it is overdue; a new term must be asked for that case by itself",
    ),
    "why-still-owed": ("đã quá hạn, vẫn phải báo cáo", "it is overdue and still owed"),
    "why-same": ("đã là ngày đó", "it falls on that day already"),
    "why-submitted": ("kỳ báo cáo đã được trình", "its round has been submitted"),
    "why-ended-here": (
        "đã kết thúc trong kỳ này, từ kỳ sau mới mở lại",
        "it was ended in this round; it comes back with the next",
    ),
    "why-other-term": ("có hạn riêng", "it has a term of its own"),
    "why-past": ("hạn mới đã qua", "the new term has passed"),
    "why-reported": ("kỳ này không còn nhận thêm", "the round takes no more cases"),
    # why it can't be
    "change-list": (
        "nêu 'changes:' và một danh sách các điều chỉnh",
        "'changes:' and a list of patches are expected",
    ),
    "change-many": ("quá nhiều điều chỉnh trong một đề nghị: nhiều nhất {most}", "too many patches: {most} at most"),
    "change-kind": (
        "mỗi điều chỉnh có đúng một trong các khoá: {known}",
        "a patch has exactly one of the keys: {known}",
    ),
    "change-none": (
        "Đề nghị chưa nêu điều chỉnh nào: dùng --change, --move-deadline, --change-lead, …",
        "The request asks for no change: use --change, --move-deadline, --change-lead, …",
    ),
    "change-twice": (
        "Điều chỉnh {part} nói lại việc của điều chỉnh {other}.",
        "Patch {part} is about the same thing as patch {other}.",
    ),
    "change-refused": (
        "Không thể áp dụng: kế hoạch sau điều chỉnh không hợp lệ: {faults}",
        "It can't be applied: the plan after it would be wrong: {faults}",
    ),
    "change-no-target": (
        "Không có hồ sơ, kỳ báo cáo hay kế hoạch nào là “{of}” trong đề nghị này.",
        "There is no case, round or plan “{of}” that this request could be about.",
    ),
    "change-scope": (
        "“{kind}” áp dụng cho một kỳ hoặc cho kế hoạch, không cho riêng hồ sơ “{of}”.",
        "“{kind}” holds for a round or for the plan, not for the case “{of}” alone.",
    ),
    "change-needs-day": (
        "Hạn của một hồ sơ hay một kỳ là một ngày: nêu năm-tháng-ngày.",
        "The term of a case or a round is a day: give year-month-day.",
    ),
    "change-needs-moment": (
        "Kế hoạch báo cáo nhiều kỳ trong năm: nêu ngày của từng kỳ (to: {{by: [...]}}).",
        "The plan reports several times a year: give the day of each cycle (to: {{by: [...]}}).",
    ),
    "change-no-deadline": (
        "Không có hạn “{name}” ở “{of}”. Hiện có: {known}.",
        "“{of}” has no deadline “{name}”. It has: {known}.",
    ),
    "change-not-running": ("{case}: {deadline} chưa bắt đầu tính.", "{case}: {deadline} does not run yet."),
    "change-met": (
        "{case}: {deadline} đã hoàn thành, không còn gì để lùi.",
        "{case}: {deadline} has been met; there is nothing to move.",
    ),
    "change-ended": ("{case}: {deadline} đã kết thúc.", "{case}: {deadline} has ended."),
    "change-same": ("Điều chỉnh này không làm thay đổi gì: {what}.", "This would change nothing: {what}."),
    "change-past": (
        "Hạn mới {day} đã qua; hạn không thể đặt vào quá khứ.",
        "The new term {day} has passed; a term can't be set into the past.",
    ),
    "change-nothing": (
        "Không hồ sơ nào trong phạm vi này còn hạn để chuyển.",
        "No case in this scope has a term left to move.",
    ),
    "change-no-mail": (
        "{agency_name} không có hộp thư trong danh bạ: không thể giao việc cho cơ quan không nhận được thư.",
        "The directory has no mailbox for {agency_name}: nobody can be asked who can't be written to.",
    ),
    "change-lead-coordinates": (
        "{agency_name} chủ trì lĩnh vực này, không đồng thời phối hợp.",
        "{agency_name} leads this area and can't coordinate it too.",
    ),
    "change-listed-twice": ("{agency_name} được nêu hai lần.", "{agency_name} is named twice."),
    "change-one-coordinator": (
        "Quy trình chỉ cho một cơ quan phối hợp mỗi lĩnh vực.",
        "The workflow has one coordinating agency for each area.",
    ),
    "change-no-case": (
        "“{round}” không có hồ sơ “{name}” đang mở. Hiện có: {known}.",
        "“{round}” has no open case “{name}”. It has: {known}.",
    ),
    "change-known": ("“{name}” đã có trong “{of}”.", "“{name}” is in “{of}” already."),
    "change-no-unit": ("Danh sách báo cáo không có “{name}”.", "“{name}” is not on the roster."),
    "change-round-over": (
        "“{round}” không nhận thêm hồ sơ: hạn gửi báo cáo đã qua. Nêu hạn riêng bằng 'due'.",
        "“{round}” takes no more cases: its reports were due. Give a term of its own with 'due'.",
    ),
    "change-round-closed": (
        "“{round}” đã được trình, không thêm được.",
        "“{round}” has been submitted: nothing can be added.",
    ),
    "change-ended-here": (
        "“{name}” đã kết thúc trong {of}; chỉ mở lại từ kỳ sau.",
        "“{name}” was ended in {of}; it can only come back with the next round.",
    ),
    "change-cannot-end": ("{case} không kết thúc được: {why}.", "{case} can't be ended: {why}."),
    "change-other-year": (
        "Hạn của kế hoạch là ngày của mỗi năm: nêu tháng-ngày ({day}), hoặc ngày trong năm của kỳ này ({year}).",
        "A term of the plan is a day of each year: give month-day ({day}), or a day in this cycle's year ({year}).",
    ),
    "nothing-to-waive": (
        "Không có hạn nào đã qua để miễn: bỏ --waive.",
        "No passed deadline is there to be waived: leave --waive out.",
    ),
    "request-behalf": (
        "Cơ quan tự mình đề nghị điều chỉnh, không ai đề nghị thay.",
        "An agency asks for an adjustment itself; nobody can ask on its behalf.",
    ),
    "impact-short": (
        "Mã báo cáo tác động có ít nhất {least} ký tự; “{hash}” chưa đủ.",
        "A report is named by at least {least} characters of its hash; “{hash}” is too short.",
    ),
    "impact-overlap": (
        "Các phần này cùng tác động một việc: xem báo cáo riêng, {fresh} (dondoc impact --part), rồi --impact.",
        "These parts touch the same thing: see the report on them, {fresh} (dondoc impact --part), then --impact.",
    ),
    "change-due-plan": (
        "'due' chỉ dùng khi thêm vào một kỳ.",
        "'due' is for an addition to one round only.",
    ),
    "text-not-editable": (
        "Không sửa được văn bản kế hoạch tại “{place}” mà giữ nguyên cách trình bày: hãy công bố lại ở dạng thường.",
        "The plan's text can't be edited at “{place}” with its layout kept: publish it in a plainer form.",
    ),
    "no-adjustments": (
        "Kế hoạch “{name}” không nêu quy trình điều chỉnh ('adjustments').",
        "The plan “{name}” names no workflow for adjustments.",
    ),
    "may-not-request": (
        "{agency_name} không có việc trong kế hoạch này nên không đề nghị điều chỉnh được.",
        "{agency_name} has no part in this plan and can't ask to adjust it.",
    ),
    "not-a-request": ("“{case}” không phải là đề nghị điều chỉnh.", "“{case}” is no adjustment request."),
    "no-impact": (
        "Không còn áp dụng được: {why}",
        "It can no longer be applied: {why}",
    ),
    "impact-moved": (
        "Tình hình đã khác báo cáo tác động {attached}: chưa có gì thay đổi. Xem báo cáo mới {fresh} (dondoc impact).",
        "Things have moved since report {attached}: nothing was changed. See the fresh one, {fresh} (dondoc impact).",
    ),
    "no-part": ("Đề nghị không có phần {part}: có {count} phần.", "The request has no part {part}: it has {count}."),
    "case-ended": (
        "Hồ sơ này đã kết thúc theo quyết định {decision}: không còn việc phải làm.",
        "This case was ended by decision {decision}: nothing more is to be done.",
    ),
}
