"""The page's own words: code -> (Vietnamese, English), written for `str.format`. Facts from plans are never here."""

from __future__ import annotations

from typing import Any, Final

from workflow.dates_vi import Lang

LANGUAGES: Final[tuple[Lang, ...]] = ("vi", "en")

WORDS: Final[dict[str, tuple[str, str]]] = {
    # Around the page
    "app": ("đôn đốc", "đôn đốc"),
    "app_about": ("Theo dõi thực hiện kế hoạch", "Following an action plan"),
    "skip": ("Đến nội dung chính", "To the main content"),
    "other_language": ("English", "Tiếng Việt"),
    "foot": (
        "Giờ hệ thống: {now} (giờ Việt Nam). Không đăng tải văn bản có nội dung bí mật nhà nước lên hệ thống.",
        "System time: {now} (Vietnam). Put no document with state secrets into this system.",
    ),
    "rehearsal": (
        "Đồng hồ diễn tập: {now}. Thư không gửi tới địa chỉ thật.",
        "Rehearsal clock: {now}. No mail goes to a real address.",
    ),
    "title": ("Tình hình thực hiện", "Where things stand"),
    "up_to": ("Đến {now}", "At {now}"),
    # The answer, in one sentence
    "answer_areas": ("{n} lĩnh vực: {parts}.", "{n} areas: {parts}."),
    "answer_cases": ("{n} hồ sơ trong {rounds} kỳ báo cáo: {parts}.", "{n} cases in {rounds} rounds: {parts}."),
    "answer_units": ("{n} hồ sơ: {parts}.", "{n} cases: {parts}."),
    "answer_none": (
        "Chưa có kỳ báo cáo nào đang mở.",
        "No reporting round is open.",
    ),
    "nothing_to_report": ("{state}: không phát sinh", "{state}: nothing to report"),
    "ended": ("{state}, đã kết thúc theo quyết định", "{state}, ended by a decision"),
    "ended_deadline": ("Không phải báo cáo.", "Nothing is to be reported."),
    "by_submission": ("{state}, theo báo cáo tổng hợp", "{state}, by the consolidated report"),
    "part_done": ("{n} đã báo cáo", "{n} reported"),
    "part_slow": ("{n} đã báo cáo quá hạn", "{n} reported late"),
    "part_late": ("{n} quá hạn chưa báo cáo", "{n} overdue without a report"),
    "part_soon": ("{n} đến hạn mà chưa báo cáo", "{n} due now without a report"),
    "part_open": ("{n} còn trong hạn", "{n} still in time"),
    "held_answer": (
        "Hệ thống đang dừng, chờ một người quyết định. Không hạn nào được xử lý, không thư nào được gửi.",
        "The system is holding until a person decides. No deadline is acted on and no mail leaves.",
    ),
    "stale_answer": (
        "Tiến trình theo dõi hạn không hoạt động từ {since}. Hạn vẫn tính và sẽ được xử lý khi nó chạy lại.",
        "The daemon has not been seen since {since}. Terms go on; they are acted on when it runs again.",
    ),
    "never_answer": (
        "Tiến trình theo dõi hạn chưa chạy. Khởi động bằng lệnh: dondoc serve.",
        "The daemon has not run yet. Start it with: dondoc serve.",
    ),
    # Adjustment requests
    "requests": ("Đề nghị điều chỉnh kế hoạch", "Requests to adjust the plan"),
    "requests_past": ("{n} đề nghị đã kết thúc", "{n} requests that are over"),
    "request_asked": ("Đề nghị", "Request"),
    "request_by_whom": ("Cơ quan đề nghị", "Asked by"),
    "request_deadline": ("Hạn xử lý", "To be dealt with by"),
    "request_by": ("Xử lý {moment}.", "To be dealt with {moment}."),
    # Incidents
    "incidents": ("Sự cố cần người xử lý", "Incidents that need a person"),
    "since": ("Từ {when}", "Since {when}"),
    "incident_brake": (
        "Phanh an toàn: {overdue} việc đã quá hạn hơn 24 giờ, quá mức {limit}.",
        "Safety brake: {overdue} things are overdue by more than 24 hours, above the limit of {limit}.",
    ),
    "incident_clock_forward": (
        "Đồng hồ máy chủ nhảy tới {seconds} giây.",
        "The server's clock jumped forward by {seconds} seconds.",
    ),
    "incident_clock_behind": (
        "Đồng hồ máy chủ chậm hơn lần ghi cuối cùng.",
        "The server's clock is behind the last recorded instant.",
    ),
    "incident_database": (
        "Cơ sở dữ liệu cũ hơn lần cuối hệ thống nhìn thấy, có thể vừa được khôi phục từ bản sao lưu.",
        "The database is older than when the daemon last saw it, perhaps restored from a backup.",
    ),
    "incident_obligation": ("Không xử lý được hạn của hồ sơ {subject}.", "A term of case {subject} cannot be settled."),
    "incident_opening": ("Không mở được kỳ báo cáo {subject}.", "The round {subject} cannot be opened."),
    "incident_template": ("Không soạn được thư theo mẫu {subject}.", "A mail of template {subject} cannot be written."),
    "incident_other": ("Sự cố “{kind}”: {subject}.", "Incident “{kind}”: {subject}."),
    "incident_holds": (
        "Kiểm tra nguyên nhân rồi cho chạy tiếp bằng lệnh: dondoc resume.",
        "Find the cause, then let it go on with: dondoc resume.",
    ),
    "incident_goes_on": (
        "Các hồ sơ khác vẫn được xử lý. Xem chi tiết bằng lệnh: dondoc incidents.",
        "Everything else goes on. See the details with: dondoc incidents.",
    ),
    # Plans and rounds
    "no_plan": (
        "Chưa có kế hoạch nào được công bố. Công bố bằng lệnh: dondoc publish.",
        "No plan is published yet. Publish one with: dondoc publish.",
    ),
    "no_round": (
        "Chưa có kỳ báo cáo nào. Kỳ đầu tiên tự mở theo lịch của kế hoạch.",
        "No round yet. The first opens by itself on the plan's calendar.",
    ),
    "no_case": ("Kỳ này không có hồ sơ nào.", "This round has no case."),
    "rounds_past": ("Các kỳ đã hoàn thành ({n})", "Finished rounds ({n})"),
    "area": ("Lĩnh vực", "Area"),
    "lead": ("Cơ quan chủ trì", "Lead agency"),
    "state": ("Tình trạng", "State"),
    "deadline": ("Hạn gửi", "Due"),
    "confidential": ("Mật: chỉ ghi số, ngày và đường gửi", "Confidential: number, date and route only"),
    "send_by": ("Gửi {moment}.", "File {moment}."),
    "submit_by": ("Trình {moment}.", "Submit {moment}."),
    "next_due": ("Hạn gần nhất: {moment}.", "The nearest term: {moment}."),
    "better_by": ("Nên xong trước khi hết {day}.", "Better by the end of {day}."),
    "days_left": ("Còn {n} ngày làm việc.", "{n} working days left."),
    "day_left": ("Còn 1 ngày làm việc.", "1 working day left."),
    "last_day": ("Hôm nay là ngày làm việc cuối.", "Today is the last working day."),
    "due_now": ("Đến hạn.", "Due now."),
    "still_taken": ("Báo cáo vẫn được nhận và ghi là quá hạn.", "A report is still taken, and counts as late."),
    "done_on_time": ("Xong đúng hạn.", "Done in time."),
    "done_late": ("Xong quá hạn.", "Done late."),
    "no_deadline": ("Không định thời hạn", "No date set"),
    # What stands behind a state's own title
    "tag_late": ("{state}, quá hạn", "{state}, overdue"),
    "tag_soon": ("{state}, đến hạn", "{state}, due now"),
    "tag_slow": ("{state} (quá hạn)", "{state} (late)"),
    # Next
    "next": ("Sắp tới", "Coming up"),
    "no_next": (
        "Không có hạn nào đang chờ. Hạn mới được đặt khi kỳ sau mở.",
        "Nothing is due. New deadlines are set when the next round opens.",
    ),
    "when": ("Khi nào", "When"),
    "what": ("Việc", "What"),
    "who": ("Cơ quan", "Who"),
    "cases": ("{n} hồ sơ", "{n} cases"),
    "system": ("Hệ thống", "The system"),
    "kind_reminder": ("Nhắc: {what}", "Reminder: {what}"),
    "kind_urging": ("Đôn đốc: {what}", "Urging: {what}"),
    # Names of the shipped workflows' deadlines; one of another workflow brings its title or is shown by its name
    "what_report_due": ("Hạn gửi báo cáo", "Report due"),
    "what_consolidation_due": ("Hạn tổng hợp", "Consolidation due"),
    "what_opinion_due": ("Hạn cho ý kiến", "Opinion due"),
    "what_entered": ("Hồ sơ chờ xử lý", "Case waiting to be taken up"),
    "what_opening": ("Mở kỳ báo cáo {cycle}", "Round {cycle} opens"),
    # Mail
    "mail": ("Thư gần đây", "Recent mail"),
    "no_mail": (
        "Chưa có thư nào. Thư được soạn khi một hồ sơ đổi trạng thái hoặc đến ngày nhắc.",
        "No mail yet. One is written when a case changes its state or a reminder's day comes.",
    ),
    "mail_to": ("Nơi nhận", "To"),
    "mail_subject": ("Tiêu đề", "Subject"),
    "mail_status": ("Tình trạng", "State"),
    "mail_unwritten": ("(chưa soạn)", "(not written yet)"),
    "mail_queued": ("Đang chờ gửi", "Waiting"),
    "mail_claimed": ("Đang gửi", "Being sent"),
    "mail_sending": ("Đang gửi", "Being sent"),
    "mail_sent": ("Đã gửi", "Sent"),
    "mail_settled": ("Coi là đã tới", "Taken as arrived"),
    "mail_dead": ("Thư chết", "Dead"),
    "mail_unknown": ("Không rõ", "Not known"),
    # The daemon
    "daemon": ("Hệ thống", "System"),
    "daemon_seen": ("Theo dõi hạn lần cuối", "Daemon last seen"),
    "daemon_next": ("Lần xử lý tới", "Next wake-up"),
    "daemon_overdue": ("Đến hạn mà chưa xử lý", "Due and not yet acted on"),
    "nothing": ("Không có", "Nothing"),
    "never": ("Chưa lần nào", "Never"),
    # When there is no page
    "not_found": ("Không thấy trang này", "There is no such page"),
    "not_found_text": (
        "Địa chỉ có thể đã gõ sai hoặc đã đổi. Mọi thứ bắt đầu từ trang tình hình thực hiện.",
        "The address may be mistyped or have changed. Everything starts from the status page.",
    ),
    "wrong_way": ("Trang này chỉ để xem", "This page can only be read"),
    "wrong_way_text": ("Không gửi gì tới địa chỉ này được.", "Nothing can be sent to this address."),
    "down": ("Hệ thống chưa đọc được dữ liệu", "The data cannot be read now"),
    "down_text": (
        "Cơ sở dữ liệu không trả lời hoặc chưa được khởi tạo. Thử lại sau ít phút; quản trị xem bằng: dondoc doctor.",
        "The database does not answer or is not initialised. Try again in some minutes, or look with: dondoc doctor.",
    ),
    "failed": ("Trang này gặp lỗi", "This page has failed"),
    "failed_text": (
        "Lỗi đã được ghi lại. Việc theo dõi hạn và gửi thư không phụ thuộc trang này.",
        "The fault has been logged. Deadlines and mail do not depend on this page.",
    ),
    "home": ("Về trang tình hình thực hiện", "To the status page"),
}


def word(code: str, lang: Lang, **params: Any) -> str:
    """The text of `code`; KeyError for a code or a parameter that is missing, which the tests find."""
    return WORDS[code][LANGUAGES.index(lang)].format(**params)
