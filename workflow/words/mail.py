"""What is said of letters that cannot be made, sent or settled: code -> (Vietnamese, English)."""

MAIL: dict[str, tuple[str, str]] = {
    "mail-template-failed": (
        "mẫu thư {name}, dòng {line}: {words}",
        "mail template {name}, line {line}: {words}",
    ),
    "mail-no-mailbox": (
        "cơ quan {agency} chưa có hộp thư trong danh bạ",
        "the directory has no mailbox for {agency}",
    ),
    "mail-interrupted": (
        "việc gửi bị ngắt giữa chừng: không rõ máy chủ đã nhận hay chưa",
        "sending was interrupted: the server may or may not have taken it",
    ),
    "mail-gave-up": (
        "đã thử {attempts} lần; lần cuối: {words}",
        "tried {attempts} times; the last time: {words}",
    ),
    "mail-unknown-id": ("không có thư số {id}", "there is no mail {id}"),
    "mail-not-for-retry": (
        "thư số {id} đang ở trạng thái {status}: chỉ gửi lại thư chết hoặc không rõ",
        "mail {id} is {status}: only a dead or unknown one can be sent again",
    ),
    "mail-not-for-settling": (
        "thư số {id} đang ở trạng thái {status}: chỉ kết luận được thư chết hoặc không rõ",
        "mail {id} is {status}: only a dead or unknown one can be settled",
    ),
    "mail-syntax": ("cú pháp mẫu thư sai: {words}", "template syntax: {words}"),
    "mail-undefined": ("mẫu thư dùng tên không có: {words}", "the template uses a name that does not exist: {words}"),
    "mail-failed": (
        "mẫu thư không dựng được với hồ sơ mẫu {sample}: {words}",
        "the template does not render for the sample {sample}: {words}",
    ),
    "mail-html": (
        "mẫu thư không chứa HTML: chữ đậm viết {{{{ … | strong }}}}",
        "a template holds no HTML: write bold as {{{{ … | strong }}}}",
    ),
    "mail-block": ("mẫu thư không có phần '{name}'; các phần: {known}", "no block '{name}'; the blocks: {known}"),
    "mail-supporting": ("thiếu mẫu thư dùng chung {name}", "the supporting template {name} is missing"),
}
