"""Faults that reading a definition finds, and all others (`faults_checks`): code -> (Vietnamese, English)."""

from __future__ import annotations

from typing import Final

from workflow.words.faults_checks import CHECKS

_FILES: Final = {
    "no-file": ("không có tệp này, hoặc không phải là tệp thường", "there is no such file, or it is no regular file"),
    "unreadable": ("không đọc được: {error}", "cannot be read: {error}"),
    "no-definitions": (
        "thư mục không có định nghĩa nào (*.yaml, *.yml, *.j2)",
        "the folder holds no definition (*.yaml, *.yml, *.j2)",
    ),
    "too-many-files": ("thư mục có hơn {most} tệp", "the folder holds more than {most} files"),
    "too-large": (
        "tệp quá lớn ({size} KiB), tối đa {most} KiB",
        "the file is too large ({size} KiB); the most is {most} KiB",
    ),
    "not-utf8": (
        "dòng {line} có byte {byte} không thuộc bảng mã UTF-8",
        "line {line} holds the byte {byte}, which is not UTF-8",
    ),
    "save-as-utf8": ("lưu lại tệp với bảng mã UTF-8", "save the file as UTF-8"),
    "unseen-character": (
        "có ký tự không nhìn thấy được ({char}); hãy xóa ký tự này",
        "a character that cannot be seen ({char}) stands here; delete it",
    ),
    "empty-file": ("tệp không có nội dung", "the file is empty"),
    "top-not-mapping": (
        "nội dung phải là các dòng dạng `khóa: giá trị`",
        "the content must be lines of the form `key: value`",
    ),
    "second-document": (
        "mỗi tệp chỉ chứa một định nghĩa; bỏ dòng `---` này và phần sau",
        "a file holds one definition; remove this `---` and what follows",
    ),
    "directive": (
        "không dùng chỉ thị `%` ở đầu tệp; tệp được đọc theo YAML 1.2",
        "directives (`%`) are not used; files are read as YAML 1.2",
    ),
    "alias": (
        "không dùng tham chiếu `*{name}`; hãy viết lại nội dung",
        "aliases (`*{name}`) are refused; write it out",
    ),
    "anchor": ("không dùng neo `&{name}`; hãy bỏ đi", "anchors (`&{name}`) are refused; leave it out"),
    "tag": ("không dùng thẻ kiểu `{tag}`; hãy bỏ đi", "tags (`{tag}`) are refused; leave it out"),
    "too-deep": ("lồng nhau quá {most} tầng", "nested more than {most} levels deep"),
    "key-not-text": ("khóa phải là một từ", "a key must be one word"),
    "duplicate-key": ("khóa `{key}` đã có ở dòng {line}", "the key `{key}` already stands on line {line}"),
    "syntax": ("từ chỗ này không đọc được theo cú pháp YAML", "from here on this cannot be read as YAML"),
    "tab-indent": ("có dấu tab ở đầu dòng", "a tab stands at the beginning of the line"),
    "tab-indent-hint": ("thụt dòng bằng dấu cách", "indent with spaces"),
    "stray-colon": ("dấu hai chấm không đúng chỗ", "a colon stands where none can"),
    "stray-colon-hint": (
        "đặt giá trị có dấu hai chấm trong ngoặc kép, hoặc xem lại thụt dòng",
        "put a text with a colon in quotation marks, or look at the indentation",
    ),
    "open-quote": ("ngoặc kép mở ở đây không được đóng", "the quotation mark opened here is never closed"),
    "open-quote-hint": ("thêm dấu đóng ngoặc", "close it"),
    "bad-escape": ("dấu `\\` trong ngoặc kép không đúng", "a `\\` in quotation marks that means nothing"),
    "bad-escape-hint": ("viết `\\\\`, hoặc dùng ngoặc đơn", "write `\\\\`, or use single quotation marks"),
    "open-bracket": (
        "ngoặc mở ở đây không được đóng, hoặc thiếu dấu phẩy bên trong",
        "the bracket opened here is never closed, or a comma is missing inside",
    ),
    "open-bracket-hint": ("xem lại dấu `]`, `}}` và dấu phẩy", "look for `]`, `}}` and commas"),
    "missing-colon": ("thiếu dấu hai chấm sau khóa", "the colon after the key is missing"),
    "missing-colon-hint": ("viết `khóa: giá trị`, có dấu cách sau dấu hai chấm", "write `key: value`, with the space"),
    "reserved-character": ("giá trị không thể bắt đầu bằng ký tự này", "a value cannot begin with this character"),
    "reserved-character-hint": ("đặt giá trị trong ngoặc kép", "put the value in quotation marks"),
    "bad-indent": ("dòng này thụt vào không khớp với các dòng trên", "this line is not indented like those above"),
    "bad-indent-hint": ("các khóa cùng cấp phải thẳng cột", "keys of one level stand in one column"),
}

_FORMS: Final = {
    "unknown-kind": (
        "không rõ đây là loại định nghĩa nào: thiếu khóa workflow, plan, calendar hoặc agencies",
        "this is no definition that is known: one begins with workflow, plan, calendar or agencies",
    ),
    "bad-template-name": (
        "tên mẫu thư `{text}` chỉ được gồm chữ thường không dấu, số, `-`, `_` và dấu chấm",
        "the name of a mail template, `{text}`, may hold small letters, digits, `-`, `_` and dots only",
    ),
    "did-you-mean": ("có phải `{name}`?", "did you mean `{name}`?"),
    "known-names": ("có thể dùng: {names}", "there is: {names}"),
    "missing-key": ("thiếu khóa `{key}`", "the key `{key}` is missing"),
    "unknown-key": ("không có khóa `{key}` ở đây", "there is no key `{key}` here"),
    "not-one-of": ("giá trị `{value}` không dùng được ở đây", "`{value}` cannot stand here"),
    "not-text": ("cần một dòng chữ, ở đây là {got}", "a text is expected, this is {got}"),
    "not-text-hint": ("viết một dòng chữ sau dấu hai chấm", "write a text after the colon"),
    "quote-it": ("đặt trong ngoặc kép để thành chữ", "put it in quotation marks to make it a text"),
    "not-boolean": ("cần true hoặc false, ở đây là {got}", "true or false is expected, this is {got}"),
    "not-boolean-hint": ("có: true, không: false", "yes is written true, no is written false"),
    "not-number": ("cần một số nguyên, ở đây là {got}", "a whole number is expected, this is {got}"),
    "not-number-hint": ("viết số không có ngoặc kép", "write the number without quotation marks"),
    "not-mapping": ("cần các khóa và giá trị, ở đây là {got}", "keys and values are expected, this is {got}"),
    "not-mapping-hint": (
        "viết `{{khóa: giá trị}}` hoặc xuống dòng thụt vào",
        "write `{{key: value}}` or indented lines",
    ),
    "not-list": ("cần một danh sách, ở đây là {got}", "a list is expected, this is {got}"),
    "not-list-hint": ("viết `[a, b]`, danh sách trống là `[]`", "write `[a, b]`; an empty list is `[]`"),
    "not-date": ("cần một ngày, ở đây là {got}", "a date is expected, this is {got}"),
    "not-date-hint": ("viết theo mẫu 2026-12-31", "write it like 2026-12-31"),
    "a-truth": ("true hoặc false", "true or false"),
    "a-number": ("một số", "a number"),
    "a-text": ("một dòng chữ", "a text"),
    "a-mapping": ("các khóa và giá trị", "keys and values"),
    "a-list": ("một danh sách", "a list"),
    "nothing": ("chỗ trống", "nothing"),
    "too-long": ("quá dài, tối đa {most} ký tự", "too long; the most is {most} characters"),
    "empty-text": ("không được để trống", "this may not be empty"),
    "empty-list": ("danh sách phải có ít nhất một mục", "the list needs at least one item"),
    "number-too-small": ("số quá nhỏ, ít nhất là {most}", "too small; the least is {most}"),
    "number-too-large": ("số quá lớn, nhiều nhất là {most}", "too large; the most is {most}"),
    "not-understood": ("không hiểu giá trị `{value}`", "`{value}` is not understood"),
    "line-break": ("chỉ được viết trên một dòng", "this must be one line"),
    "bad-slug": (
        "`{text}` không phải là mã hợp lệ: chỉ dùng chữ thường không dấu, số và gạch nối",
        "`{text}` is no valid id: small letters, digits and hyphens only",
    ),
    "bad-slug-hint": ("ví dụ so-cong-thuong", "such as so-cong-thuong"),
    "bad-word": (
        "`{text}` không phải là tên hợp lệ: chỉ dùng chữ thường không dấu, số và gạch dưới",
        "`{text}` is no valid name: small letters, digits and underscores only",
    ),
    "bad-word-hint": ("ví dụ report_due", "such as report_due"),
    "bad-mailbox": ("`{text}` không phải là địa chỉ thư điện tử", "`{text}` is no mail address"),
    "bad-mailbox-hint": ("ví dụ vanthu@sct.example", "such as vanthu@sct.example"),
    "bad-country": ("`{text}` không phải là mã nước", "`{text}` is no country code"),
    "bad-country-hint": ("hai chữ hoa, Việt Nam là VN", "two capital letters; Viet Nam is VN"),
    "bad-condition": ("không hiểu điều kiện `{text}`", "the condition `{text}` is not understood"),
    "bad-condition-hint": (
        "viết `THỜI_HẠN met`, `THỜI_HẠN unmet`, `TRẠNG_THÁI reached` hoặc `TRẠNG_THÁI not reached`",
        "write `DEADLINE met`, `DEADLINE unmet`, `STATE reached` or `STATE not reached`",
    ),
    "bad-base": ("không hiểu mốc nhắc `{text}`", "the base `{text}` is not understood"),
    "bad-base-hint": (
        "viết `THỜI_HẠN`, `THỜI_HẠN target` hoặc `entered TRẠNG_THÁI`",
        "write `DEADLINE`, `DEADLINE target` or `entered STATE`",
    ),
    "bad-start": ("không hiểu mốc bắt đầu `{text}`", "the beginning `{text}` is not understood"),
    "bad-start-hint": (
        "viết `opening`, `entered TRẠNG_THÁI`, tên một bước chuyển hoặc một thời hạn",
        "write `opening`, `entered STATE`, or the name of a transition or deadline",
    ),
    "bad-reference": ("không hiểu tên `{text}`", "the name `{text}` is not understood"),
    "bad-reference-hint": ("viết `TÊN` hoặc `round.TÊN`", "write `NAME` or `round.NAME`"),
    "bad-span": ("`{text}` không phải là một số ngày", "`{text}` is no number of days"),
    "bad-span-hint": (
        "5wd là năm ngày làm việc, 7d là bảy ngày; nhắc trước hạn viết -5wd, sau hạn viết +3wd",
        "5wd is five working days, 7d seven days; a reminder before is -5wd, after +3wd",
    ),
    "bad-date": ("`{text}` không phải là một ngày có thật", "`{text}` is no date that exists"),
    "bad-date-hint": ("viết năm-tháng-ngày, ví dụ 2026-12-31", "write year-month-day, such as 2026-12-31"),
    "no-such-date": ("`{text}` không phải là ngày tháng có thật", "`{text}` is no day of the year"),
    "no-such-date-hint": (
        "viết tháng-ngày, ví dụ 12-15 là 15 tháng 12; kỳ tháng chỉ viết ngày",
        "write month-day: 12-15 is 15 December; for monthly cycles the day alone",
    ),
    "moment-form": (
        "phải có đúng một cách xác định hạn",
        "exactly one way to tell the moment is needed",
    ),
    "moment-form-hint": (
        "`before: 12-15`, `by: 12-14`, `after: ...` cùng với `in: 5wd`, hoặc `undated: true`",
        "`before: 12-15`, `by: 12-14`, `after: ...` together with `in: 5wd`, or `undated: true`",
    ),
}

FAULTS: dict[str, tuple[str, str]] = {**_FILES, **_FORMS, **CHECKS}
