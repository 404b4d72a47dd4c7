"""Faults that semantic checks find in a definition whose form is right: code -> (Vietnamese, English)."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "defined-twice": ("`{name}` đã được định nghĩa trong {other}", "`{name}` is already defined in {other}"),
    "unknown-state": ("không có trạng thái `{name}`", "there is no state `{name}`"),
    "unknown-role": ("không có vai trò `{name}`", "there is no role `{name}`"),
    "unknown-deadline": ("không có thời hạn `{name}`", "there is no deadline `{name}`"),
    "unknown-transition": ("không có bước chuyển `{name}`", "there is no transition `{name}`"),
    "unknown-start": (
        "không có bước chuyển hay thời hạn `{name}` để tính từ đó",
        "there is no transition or deadline `{name}` to count from",
    ),
    "unknown-workflow": ("không có quy trình `{name}`", "there is no workflow `{name}`"),
    "unknown-calendar": ("không có lịch `{name}`", "there is no calendar `{name}`"),
    "unknown-agency": ("không có cơ quan `{name}` trong danh bạ", "there is no agency `{name}` in the directory"),
    "reserved-name": ("tên `{name}` dành riêng cho hệ thống", "the name `{name}` belongs to the engine"),
    "name-of-both": (
        "`{name}` vừa là bước chuyển vừa là thời hạn; hãy đổi một tên",
        "`{name}` names a transition and a deadline; change one",
    ),
    "listed-twice": ("`{name}` có hai lần trong danh sách", "`{name}` stands twice in the list"),
    "no-round": (
        "`{name}`: quy trình này không thuộc kỳ báo cáo nào (thiếu `part_of`)",
        "`{name}`: this workflow is part of no round (`part_of` is missing)",
    ),
    "round-in-round": (
        "`{name}` lại thuộc một quy trình khác; kỳ báo cáo không nằm trong kỳ báo cáo",
        "`{name}` is itself part of another; a round lies in no round",
    ),
}

_MACHINE: Final = {
    "no-cause": (
        "bước chuyển `{name}` thiếu `by` (người), `at` (thời hạn) hoặc `with` (cùng kỳ báo cáo)",
        "the transition `{name}` needs `by` (a person), `at` (a deadline) or `with` (the round)",
    ),
    "two-causes": (
        "bước chuyển `{name}` chỉ được có một trong: {causes}",
        "the transition `{name}` may have only one of: {causes}",
    ),
    "on-behalf-without-by": ("`on_behalf` chỉ đi với `by`", "`on_behalf` goes with `by` only"),
    "needs-without-by": (
        "`needs` chỉ đi với `by`: hệ thống không tự nộp văn bản",
        "`needs` goes with `by` only: the engine brings no documents",
    ),
    "given-without-by": (
        "`given` chỉ đi với `by`: phải có người cho ngày",
        "`given` goes with `by` only: a person must give the day",
    ),
    "with-needs-round": (
        "`with` phải là một bước chuyển của kỳ báo cáo: `round.{name}`",
        "`with` names a transition of the round: `round.{name}`",
    ),
    "as-goes-on": (
        "`as` phải là một bước chuyển khác, bản thân không có `as`",
        "`as` names another transition that has no `as` itself; `{name}` will not do",
    ),
    "two-at": (
        "trạng thái `{state}` đã có bước `{other}` khi hết hạn `{cause}`; cần điều kiện `if` loại trừ nhau",
        "the state `{state}` already has `{other}` at `{cause}`; their `if` must exclude each other",
    ),
    "two-with": (
        "trạng thái `{state}` đã có bước `{other}` cùng với `{cause}`; cần điều kiện `if` loại trừ nhau",
        "the state `{state}` already has `{other}` with `{cause}`; their `if` must exclude each other",
    ),
    "no-final-state": ("không có trạng thái kết thúc (final: true)", "no state is final (final: true)"),
    "initial-is-final": ("trạng thái đầu `{name}` lại là kết thúc", "the initial state `{name}` is final"),
    "effect-not-final": (
        "`effect` chỉ dùng ở trạng thái kết thúc, `{name}` thì không",
        "only a final state has an `effect`; `{name}` is none",
    ),
    "effect-without-decision": (
        "`{name}` dẫn đến `{state}`, nơi điều chỉnh được áp dụng: phải do người thực hiện và cần `decision`",
        "`{name}` leads to `{state}`, which applies a change: it is for a person, and needs a `decision`",
    ),
    "unreachable-state": (
        "không có đường nào từ `{initial}` đến trạng thái `{name}`",
        "no way leads from `{initial}` to the state `{name}`",
    ),
    "no-way-out": (
        "trạng thái `{name}` không có lối ra; thêm bước chuyển hoặc final: true",
        "the state `{name}` has no way out; add a transition or final: true",
    ),
    "no-owner": (
        "trạng thái `{name}` chỉ có lối ra kèm điều kiện: có lúc không ai phải làm gì",
        "the state `{name}` is left under conditions only: at times nobody is asked",
    ),
    "never-ends": (
        "từ trạng thái `{name}` không thể đến trạng thái kết thúc nào",
        "from the state `{name}` no final state can be reached",
    ),
    "after-and-in": ("`after` và `in` phải đi cùng nhau", "`after` and `in` go together"),
    "term-not-positive": (
        "thời hạn {span} phải từ 1 đến {most} ngày",
        "a term of {span} will not do: 1 to {most} days",
    ),
    "circular-term": (
        "thời hạn `{name}` rốt cuộc lại tính từ chính nó",
        "the term `{name}` would, by way of others, run from its own end",
    ),
    "offset-too-far": (
        "nhắc {span} là quá xa, tối đa {most} ngày",
        "an offset of {span} is too far; the most is {most} days",
    ),
    "offset-before-entry": (
        "không thể nhắc {span} khi chưa vào trạng thái `{state}`; viết số dương, như +3wd",
        "{span}: nobody can be reminded before `{state}` is entered; write +3wd",
    ),
    "every-not-positive": ("chu kỳ nhắc {span} phải từ 1 đến {most} ngày", "`every: {span}` must be 1 to {most} days"),
    "endless-reminder": (
        "nhắc lặp lại phải có điểm dừng: thêm `most`, `until` hoặc `while`",
        "a repeated reminder must end: add `most`, `until` or `while`",
    ),
    "most-without-every": ("`most` chỉ đi với `every`", "`most` goes with `every` only"),
    "series-of-many": (
        "nhắc lặp lại chỉ bắt đầu từ một mốc `offset`",
        "a repeated reminder begins at one `offset` only",
    ),
    "always-says-nothing": ("thiếu `reached` hoặc `in`", "`reached` or `in` is missing"),
}

_PLANS: Final = {
    "workflow-without-round": (
        "quy trình `{name}` không thuộc kỳ báo cáo nào (thiếu `part_of`), kế hoạch không dùng được",
        "the workflow `{name}` is part of no round (`part_of`), so no plan can run on it",
    ),
    "adjustment-without-term": (
        "thời hạn `{name}` của quy trình `{workflow}` phải có `after` và `in`: kế hoạch không cho được",
        "the deadline `{name}` of `{workflow}` needs `after` and `in`: a plan cannot give them",
    ),
    "adjustment-without-change": (
        "quy trình `{workflow}` không dùng được cho đề nghị điều chỉnh: thiếu `{missing}`",
        "the workflow `{workflow}` will not do for adjustment requests: it lacks `{missing}`",
    ),
    "effect-outside-requests": (
        "quy trình `{workflow}` có `effect`, chỉ dùng được cho đề nghị điều chỉnh",
        "the workflow `{workflow}` has an `effect`, which is for adjustment requests only",
    ),
    "role-not-played": (
        "chưa giao cơ quan nào giữ vai trò `{role}` của quy trình `{workflow}`",
        "nobody plays the role `{role}` of the workflow `{workflow}`",
    ),
    "role-from-area": (
        "vai trò `{role}` lấy từ từng lĩnh vực (`lead`, `with`), không ghi ở đây",
        "the role `{role}` comes from each area (`lead`, `with`); leave it out here",
    ),
    "nobody-reports": (
        "kế hoạch không có lĩnh vực và cũng không có đơn vị báo cáo",
        "the plan has neither areas nor a roster",
    ),
    "area-without-coordinator": (
        "lĩnh vực `{name}` thiếu cơ quan phối hợp (`with`) mà quy trình đòi hỏi",
        "the area `{name}` lacks the coordinating agency (`with`) that the workflow asks for",
    ),
    "one-coordinator": (
        "lĩnh vực `{name}`: quy trình chỉ cho một cơ quan phối hợp",
        "the area `{name}`: the workflow allows one coordinating agency",
    ),
    "lead-coordinates": (
        "`{name}` đã chủ trì lĩnh vực này, không thể phối hợp với chính mình",
        "`{name}` leads this area and cannot coordinate with itself",
    ),
    "unit-named-as-area": (
        "đơn vị `{name}` trùng mã với một lĩnh vực, hai hồ sơ sẽ cùng tên",
        "the unit `{name}` has the id of an area: two cases would share one name",
    ),
    "no-directory": (
        "không có danh bạ cơ quan (agencies) để tra cứu",
        "there is no directory of agencies to look names up in",
    ),
    "agency-without-mail": (
        "cơ quan `{name}` chưa có hộp thư; thêm `mail` trong {file}",
        "the agency `{name}` has no mailbox; add `mail` in {file}",
    ),
}

_DATES: Final = {
    "every-year": ("kỳ năm", "a yearly cycle"),
    "every-half-year": ("kỳ sáu tháng", "a half-yearly cycle"),
    "every-quarter": ("kỳ quý", "a quarterly cycle"),
    "every-month": ("kỳ tháng", "a monthly cycle"),
    "ends-with-month": (
        "{every} kết thúc vào một ngày của tháng cuối kỳ; chỉ viết ngày: {day}",
        "{every} ends on a day of its last month; write the day alone: {day}",
    ),
    "bad-cycle-name": ("`{text}` không phải tên kỳ; viết như {example}", "`{text}` names no cycle; write {example}"),
    "cycle-year": ("kỳ `{text}` nằm ngoài các năm {low}-{high}", "the cycle `{text}` lies outside {low} to {high}"),
    "cycles-reversed": (
        "kỳ đầu {first} đứng sau kỳ cuối {last}",
        "the first cycle, {first}, comes after the last, {last}",
    ),
    "deadline-without-moment": (
        "thiếu thời điểm của thời hạn `{name}`",
        "the moment of the deadline `{name}` is missing",
    ),
    "unknown-plan-start": (
        "`{name}`: trong kế hoạch, hạn chỉ tính từ `opening` hoặc từ một thời hạn khác trong cùng danh sách",
        "`{name}`: in a plan a term runs from `opening` or from another deadline in the same list",
    ),
    "after-undated": (
        "`{name}` không có ngày nên không thể tính tiếp từ đó",
        "`{name}` has no date, so nothing can run from it",
    ),
    "following-without-date": (
        "`following` chỉ đi với `before` hoặc `by`",
        "`following` goes with `before` or `by` only",
    ),
    "ad-hoc-date": (
        "đợt đột xuất không có ngày cố định; viết `after: opening` và `in: 5wd`",
        "an ad-hoc round has no fixed dates; write `after: opening` and `in: 5wd`",
    ),
    "month-days": ("số ngày hạn không khớp với {every}", "the dates do not fit {every}"),
    "month-days-year": ("cần một ngày, như 12-15", "one date is needed, such as 12-15"),
    "month-days-half-year": ("cần hai ngày, như [06-05, 12-05]", "two dates are needed, such as [06-05, 12-05]"),
    "month-days-quarter": (
        "cần bốn ngày, như [03-15, 06-15, 09-15, 12-15]",
        "four dates are needed, such as [03-15, 06-15, 09-15, 12-15]",
    ),
    "month-days-month": ("cần một ngày trong tháng, như 20", "one day of the month is needed, such as 20"),
    "not-in-cycle": ("không có ngày {text} trong kỳ {cycle}", "there is no {text} in the cycle {cycle}"),
    "before-its-cycle": (
        "hạn {day} đến trước ngày đầu {first} của kỳ {cycle}",
        "{day} lies before {first}, the first day of the cycle {cycle}",
    ),
    "out-of-order": (
        (
            "kỳ {cycle}: hạn tổng hợp `{consolidation}` (hết {consolidation_day}) "
            "không sau hạn báo cáo `{report}` (hết {report_day})"
        ),
        (
            "cycle {cycle}: `{consolidation}` (end of {consolidation_day}) "
            "does not come after `{report}` (end of {report_day})"
        ),
    ),
    "roll-both": (
        "ngày nghỉ đẩy hạn báo cáo qua hạn tổng hợp: dùng `roll: next` cho cả hai",
        "days off move the first past the second: use `roll: next` for both",
    ),
    "ad-hoc-out-of-order": (
        (
            "đợt mở ngày {opened}: hạn tổng hợp `{consolidation}` (hết {consolidation_day}) "
            "không sau hạn báo cáo `{report}` (hết {report_day})"
        ),
        (
            "opened on {opened}: `{consolidation}` (end of {consolidation_day}) "
            "does not come after `{report}` (end of {report_day})"
        ),
    ),
    "years-not-official": (
        "lịch `{calendar}` chưa có danh sách ngày nghỉ chính thức của các năm: {years}",
        "the calendar `{calendar}` has no official list of days off for: {years}",
    ),
}

_LISTS: Final = {
    "no-working-day": ("không còn ngày làm việc nào trong tuần", "no day of the week is left to work on"),
    "official-but-empty": (
        "năm {year} ghi là chính thức nhưng không có ngày nghỉ nào",
        "the year {year} is called official but has no days off",
    ),
    "day-of-another-year": ("ngày {day} không thuộc năm {year}", "{day} does not belong to {year}"),
    "day-twice": ("ngày {day} đã có trong danh sách", "{day} is already listed"),
    "worked-and-off": ("ngày {day} vừa nghỉ vừa làm bù", "{day} is listed as off and as worked"),
    "worked-anyway": (
        "ngày {day} không phải ngày nghỉ cuối tuần nên không thể làm bù",
        "{day} is no day of the weekend, so it cannot be a make-up day",
    ),
    "instead-of-not-off": (
        "ngày {day} được hoán đổi nhưng không có trong danh sách nghỉ (`off`)",
        "{day} is swapped but not listed as off",
    ),
    "agency-name-twice": ("cơ quan `{other}` cũng có tên {name}", "the agency `{other}` has the same name, {name}"),
}

CHECKS: Final[dict[str, tuple[str, str]]] = {**_NAMES, **_MACHINE, **_PLANS, **_DATES, **_LISTS}
