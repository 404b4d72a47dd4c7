"""Why a command is refused, and what is wrong with the system: code -> (Vietnamese, English)."""

FIELDS: dict[str, tuple[str, str]] = {
    "number": ("số, ký hiệu (--number)", "number (--number)"),
    "dated": ("ngày văn bản (--dated)", "date (--dated)"),
    "signer": ("người ký (--signer)", "signer (--signer)"),
    "text": ("nội dung (--text) hoặc tệp (--attach)", "a text (--text) or a file (--attach)"),
    "files": ("tệp (--attach)", "files (--attach)"),
    "route": ("đường gửi (--route)", "route (--route)"),
    "nil": ("lý do không phát sinh (--nil)", "a reason for nothing to report (--nil)"),
    "reason": ("lý do (--reason)", "a reason (--reason)"),
    "instruction": ("ý kiến chỉ đạo (--instruction)", "an instruction (--instruction)"),
    "opinion": ("ý kiến (--opinion)", "an opinion (--opinion)"),
    "decision": ("số quyết định (--decision)", "the decision's number (--decision)"),
    "due": ("hạn mới (--due)", "a new term (--due)"),
    "change": ("nội dung điều chỉnh (--change)", "the change (--change)"),
    "parts": ("phần được chấp thuận (--part)", "the part approved (--part)"),
    "impact": ("báo cáo tác động (--impact)", "an impact report (--impact)"),
    "waive": ("việc xoá chậm (--waive)", "a waiver (--waive)"),
}

CONDITIONS: dict[str, tuple[str, str]] = {
    "met": ("“{subject}” phải hoàn thành trước", "“{subject}” must be met first"),
    "unmet": ("“{subject}” đã hoàn thành rồi", "“{subject}” has been met already"),
    "reached": ("hồ sơ chưa từng ở “{subject}”", "the case has not been in “{subject}”"),
    "not reached": ("hồ sơ đã từng ở “{subject}”", "the case has been in “{subject}” already"),
}
"""Why a condition does not hold, by its predicate."""

NOTHING_OPEN = ("không còn việc gì", "nothing")
"""What may be done on a case on which nothing may."""

REFUSALS: dict[str, tuple[str, str]] = {
    "did-you-mean-this": ("Có phải “{near}”?", "Did you mean “{near}”?"),
    # who and what
    "no-case": ("Không có hồ sơ “{case}”.", "There is no case “{case}”."),
    "no-agency": (
        "Danh bạ không có cơ quan “{agency}”.",
        "The directory has no agency “{agency}”.",
    ),
    "no-plan": ("Không có kế hoạch “{name}”. Hiện có: {known}.", "There is no plan “{name}”. There are: {known}."),
    "no-area": (
        "Kế hoạch không có lĩnh vực “{area}”. Hiện có: {known}.",
        "The plan has no area “{area}”. It has: {known}.",
    ),
    "unknown-trigger": (
        "Quy trình không có thao tác “{trigger}”. Hiện có: {known}.",
        "The workflow has no act “{trigger}”. It has: {known}.",
    ),
    "wrong-state": (
        "Chưa thể “{title}”: hồ sơ đang ở trạng thái “{state_title}”. Lúc này có thể: {open}.",
        "“{title}” is not possible: the case is in the state “{state_title}”. Possible now: {open}.",
    ),
    "condition": (
        "Chưa thể “{title}”: {why}.",
        "“{title}” is not possible: {why}.",
    ),
    "by-itself": (
        "“{title}” do hệ thống tự thực hiện (khi đến hạn hoặc cùng kỳ báo cáo), không ai làm thay được.",
        "“{title}” is done by the system itself (at its deadline or together with the round).",
    ),
    "wrong-agency": (
        "{agency_name} không phải là cơ quan được làm việc này trong hồ sơ. Việc này của: {players_names}.",
        "{agency_name} is not the agency that may do this in this case. It is for: {players_names}.",
    ),
    "no-behalf": (
        "“{title}” không được làm thay cơ quan khác.",
        "“{title}” cannot be done on another agency's behalf.",
    ),
    "behalf-role": (
        "{agency_name} không được ghi nhận thay trong hồ sơ này. Cơ quan được ghi nhận thay: {players_names}.",
        "{agency_name} may not register on another's behalf in this case. These may: {players_names}.",
    ),
    "behalf-whom": (
        "Chỉ được ghi nhận thay cho: {players_names}; không thay cho {agency_name}.",
        "It can be registered only on behalf of {players_names}, not of {agency_name}.",
    ),
    "say-behalf": (
        "{agency_name} chỉ được ghi nhận thay: nêu rõ thay cơ quan nào (--on-behalf-of {players}).",
        "{agency_name} may only register on behalf: say of whom (--on-behalf-of {players}).",
    ),
    # what it needs
    "needs": ("Còn thiếu: {fields}.", "Missing: {fields}."),
    "takes-no": ("“{title}” không nhận {fields}.", "“{title}” does not take {fields}."),
    "confidential": (
        (
            "Lĩnh vực mật: chỉ ghi số, ngày và đường gửi của báo cáo; không nhận {fields}. "
            "Không đăng tải nội dung bí mật nhà nước lên hệ thống."
        ),
        "A confidential area takes a report's number, date and route only, not {fields}.",
    ),
    "due-past": ("Hạn {day} đã qua.", "The term {day} is in the past."),
    "dated-future": ("Ngày văn bản {day} ở tương lai.", "The document's date {day} lies in the future."),
    "due-order": (
        "Hạn tổng hợp ({consolidation}) sớm hơn hạn báo cáo ({report}).",
        "The consolidation ({consolidation}) would be due before the reports ({report}).",
    ),
    # rounds
    "may-not-open": (
        "{agency_name} không được mở kỳ báo cáo. Cơ quan được mở: {players_names}.",
        "{agency_name} may not open a round. These may: {players_names}.",
    ),
    "adhoc-needs-due": (
        "Kế hoạch không định hạn cho báo cáo đột xuất ({deadline}): nêu hạn bằng --due và --consolidate-by.",
        "The plan sets no ad-hoc term for {deadline}: give --due and --consolidate-by.",
    ),
    "moment-unknown": ("Không tính được hạn: {deadline}.", "The due instant cannot be worked out: {deadline}."),
    "areas-adhoc-only": (
        "Chỉ đợt đột xuất (--adhoc) mới chọn lĩnh vực; kỳ báo cáo mở cho tất cả.",
        "Only an ad-hoc round (--adhoc) is opened for some areas.",
    ),
    "bad-cycle": ("Không có kỳ “{cycle}”: {error}.", "There is no cycle “{cycle}”: {error}."),
    "cycle-bounds": (
        "Kỳ {cycle} ngoài thời gian của kế hoạch ({first} đến {last}).",
        "Cycle {cycle} lies outside the plan ({first} to {last}).",
    ),
    "already-open": ("Kỳ báo cáo {round} đã mở.", "The round {round} is open already."),
    "no-round-workflow": (
        "Quy trình “{workflow}” không thuộc kỳ báo cáo nào.",
        "The workflow “{workflow}” is part of no round.",
    ),
    # definitions
    "no-definition": (
        "Chưa công bố định nghĩa nào tên “{name}”.",
        "No definition “{name}” has been published.",
    ),
    "ambiguous-name": ("Tên “{name}” có nhiều: {known}.", "Several are called “{name}”: {known}."),
    "no-version": (
        "“{name}” không có bản {version}; bản mới nhất là {newest}.",
        "“{name}” has no version {version}; the newest is {newest}.",
    ),
    "made-from-older": (
        (
            "“{name}” được sửa từ bản {made_from}, nhưng bản mới nhất là {newest}. "
            "Hãy xuất bản mới nhất (dondoc export) và sửa lại trên đó."
        ),
        (
            "“{name}” was made from version {made_from}, but the newest is {newest}. "
            "Export the newest (dondoc export) and make the change there."
        ),
    ),
    # mail, clock
    "no-message": ("Không có thư số {id}.", "There is no message {id}."),
    "clock-real": (
        "Hệ thống chạy theo đồng hồ thật; chỉ đồng hồ diễn tập mới chỉnh được.",
        "This installation runs on the real clock; only a rehearsal clock can be moved.",
    ),
    # the system
    "not-initialised": ("Chưa khởi tạo. Hãy chạy: dondoc init", "Not set up yet. Run: dondoc init"),
    "other-installation": (
        (
            "Cơ sở dữ liệu trống, nhưng thư mục {folder} thuộc một hệ thống đã chạy (đến {at}, {events} sự kiện). "
            "Hãy phục hồi cơ sở dữ liệu đó; nếu muốn bắt đầu mới, dùng thư mục dữ liệu khác."
        ),
        (
            "The database is empty, but the folder {folder} belongs to an installation that has run (to {at}, {events} "
            "events). Restore its database; to begin anew, use another data folder."
        ),
    ),
    "schema-old": (
        "Cơ sở dữ liệu ở bản {at}, phần mềm cần bản {newest}. Hãy chạy: dondoc init",
        "The database stands at {at}, the software needs {newest}. Run: dondoc init",
    ),
    "schema-newer": (
        "Cơ sở dữ liệu ở bản {at}, mới hơn phần mềm này ({newest}). Hãy dùng bản phần mềm mới hơn.",
        "The database stands at {at}, newer than this software ({newest}). Use a newer version of it.",
    ),
    "clock-is-real": (
        (
            "Hệ thống này chạy theo đồng hồ thật, không thể chuyển sang đồng hồ diễn tập (DONDOC_CLOCK). "
            "Muốn diễn tập, dùng cơ sở dữ liệu khác."
        ),
        (
            "This installation runs on the real clock and cannot be given a rehearsal clock (DONDOC_CLOCK). "
            "Use another database for a rehearsal."
        ),
    ),
    "held": (
        "Hệ thống đang dừng vì sự cố ({kinds}); chưa ghi nhận được gì. Xem: dondoc incidents",
        "The system holds because of an incident ({kinds}) and records nothing. See: dondoc incidents",
    ),
    "clock-behind": (
        "Đồng hồ máy ({now}) chậm hơn lần ghi cuối ({last}). Hãy chỉnh đồng hồ máy.",
        "The machine's clock ({now}) is behind the last record ({last}). Set the machine's clock.",
    ),
    "busy": (
        "Hồ sơ đang được nhiều nơi cùng sửa; hãy thử lại sau ít phút.",
        "The case is being changed from several places; try again in a moment.",
    ),
    "conflict": ("Hồ sơ vừa thay đổi ({error}).", "The case has just changed ({error})."),
    "database": ("Cơ sở dữ liệu không đáp ứng: {error}", "The database does not answer: {error}"),
    "database-url": (
        "Không hiểu địa chỉ cơ sở dữ liệu “{url}” (sqlite:///… hoặc postgresql://…).",
        "The database address “{url}” is not understood (sqlite:///… or postgresql://…).",
    ),
    "database-folder": ("Không mở được “{url}”: {error}", "“{url}” cannot be opened: {error}"),
    "definition-damaged": (
        "Không đọc được bản đã công bố {name} bản {version}.",
        "The published version {version} of {name} cannot be read.",
    ),
    "unexpected": ("Lỗi chưa lường trước: {error}", "Unexpected: {error}"),
}
