"""Templates, their sandbox, and what checking finds in them."""

import re
import unicodedata
from pathlib import Path

import pytest

from notifications.check import check_template
from notifications.render import MAX_SUBJECT, render
from notifications.sample_set import samples
from notifications.samples import REPORT, Sample, agency, area, item, message
from notifications.templates import TemplateFailure, TemplateSet, cached_templates, lookup

SHIPPED = {p.name.removesuffix(".j2"): p.read_text("utf-8") for p in Path("definitions/mail").glob("*.j2")}
TEMPLATES = TemplateSet({name: (1, text) for name, text in SHIPPED.items()})
EVIL = "x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>\u202e\ue000hàng\ue001giả {{ 7*7 }}"


def with_template(name: str, text: str) -> TemplateSet:
    return TemplateSet({found: (1, words) for found, words in (SHIPPED | {name: text}).items()})


def faults(text: str, name: str = "reminder") -> list[tuple[int, str]]:
    return [(line, code) for line, code, _ in check_template(name, text, SHIPPED)]


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_template_passes_its_own_check(name: str) -> None:
    assert check_template(name, SHIPPED[name], SHIPPED) == []


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_every_kind_of_message_renders_as_a_safe_subject_and_two_equal_parts(sample: Sample) -> None:
    letter = render(TEMPLATES, sample.facts, sample.template, public_url="https://dondoc.example")
    assert 10 < len(letter.subject) <= MAX_SUBJECT
    for part in (letter.subject, letter.text, letter.html):
        assert part == unicodedata.normalize("NFC", part)
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\ue000-\uf8ff]|None|Undefined|\{\{|\{%| ,|\.\.|  +[^<\s]\S*:$", part
        ), part
    assert "\n" not in letter.subject
    greeting = f"Kính gửi: {sample.facts['recipient']['name']},"
    assert greeting in letter.text
    assert greeting in letter.html
    body = letter.text.partition(greeting)[2]
    first = body.strip().split("\n")[0]
    assert first in re.sub(r"</?b>", "", letter.html)


def test_an_empty_line_after_a_sentence_that_ends_in_a_tag_still_parts_two_paragraphs() -> None:
    text = "{% block body %}\n{% if item %}\nMột{% if item %} hai.{% endif %}\n\nBa.\n{% endif %}\n{% endblock %}"
    sample = next(s for s in samples() if s.name == "reminder lead")
    assert "\n\nMột hai.\n\nBa.\n\n" in render(with_template("reminder", text), sample.facts, "reminder").text


def test_the_workflows_own_template_comes_before_the_common_one_and_the_state_before_entered() -> None:
    assert lookup("entered.closed", "task-area") == [
        *("task-area.entered.closed", "task-area.entered", "entered.closed", "entered"),
    ]
    own = with_template("task-area.reminder", "{% block subject %}Riêng{% endblock %}")
    sample = next(s for s in samples() if s.name == "reminder lead")
    letter = render(own, sample.facts, "reminder")
    assert (letter.subject, letter.template) == ("Riêng", "task-area.reminder")


def test_a_set_is_compiled_again_only_when_a_version_changes() -> None:
    texts = {name: (1, text) for name, text in SHIPPED.items()}
    provide = cached_templates(lambda: texts)
    first = provide()
    assert provide() is first
    texts["reminder"] = (2, SHIPPED["reminder"])
    assert provide() is not first


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{% block body %}\n{{ itm.kind }}\n{% endblock %}", (2, "mail-undefined")),
        ("{% block body %}\n{% if false %}{{ nothing }}{% endif %}{% endblock %}", (2, "mail-undefined")),
        ("{% block body %}\n\n{{ item.case.titel }}{% endblock %}", (3, "mail-undefined")),
        ("{% block body %}\n{% if %}{% endblock %}", (2, "mail-syntax")),
        ("{% block body %}{{ 1 | nosuch }}{% endblock %}", (1, "mail-syntax")),
        ("{% block boddy %}x{% endblock %}", (1, "mail-block")),
        ("{% block body %}\n<b>x</b>{% endblock %}", (2, "mail-html")),
        ("{% block mood %}purple{% endblock %}", (1, "mail-failed")),
        ("{% block subject %}  {% endblock %}", (1, "mail-failed")),
    ],
)
def test_a_bad_template_is_refused_with_its_line(text: str, fault: tuple[int, str]) -> None:
    assert faults(text) == [fault]


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    [(_, _, params)] = check_template("reminder", "{% block body %}{{ recipent.name }}{% endblock %}", SHIPPED)
    assert params["hint"] == "recipient"


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__.__mro__",
        "item.__class__",
        "'x' * 1000000000",
        "10 ** 100000000",
        "'%1000000000d' % 1",
        "'{:>1000000000}'.format(1)",
        "'x'.center(1000000000)",
        "range(1000000000) | list",
        "w.__init__.__globals__",
        "items.append(1)",
    ],
)
def test_the_sandbox_lets_nothing_out_and_nothing_grow(expression: str) -> None:
    sample = next(s for s in samples() if s.name == "reminder lead")
    bad = with_template("reminder", "{% block body %}{{ " + expression + " }}{% endblock %}")
    with pytest.raises(TemplateFailure):
        render(bad, sample.facts, "reminder")


def test_a_letter_without_end_is_refused() -> None:
    text = "{% block body %}{% for a in [1,2,3,4,5,6,7,8,9] %}{% for b in [1,2,3,4,5,6,7,8,9] %}" + "x" * 5000
    sample = next(s for s in samples() if s.name == "reminder lead")
    with pytest.raises(TemplateFailure, match="reminder"):
        render(with_template("reminder", text + "{% endfor %}{% endfor %}{% endblock %}"), sample.facts, "reminder")


def test_nothing_that_people_typed_can_forge_a_line_a_row_or_a_tag() -> None:
    facts = {"number": EVIL, "signer": EVIL, "reason": EVIL, "nil": EVIL, "files": [EVIL], "route": EVIL}
    case = area(title={"vi": EVIL, "en": EVIL}, lead={"agency": "so-ldtbxh", "name": EVIL})
    for trigger, template in (("report", "entered.reported"), ("return", "entered.in_progress")):
        found = item(case, "reported", trigger, by="so-ldtbxh", facts=facts)
        told = message("so-cong-thuong", "consolidator", "so-ldtbxh", found, number=EVIL)
        told["recipient"]["name"] = told["sender"]["name"] = EVIL
        letter = render(TEMPLATES, told, template)
        assert not re.search(r"[\r\n\x00-\x1f\u202e]", letter.subject)
        assert "<script" not in letter.html
        assert "giả:" not in letter.text
        assert "49" not in letter.text
        assert "\u202e" not in letter.text + letter.html
        assert "\ue000" not in letter.text + letter.html


def test_text_that_was_typed_decomposed_leaves_composed() -> None:
    found = item(
        area(),
        "in_progress",
        "return",
        by="so-cong-thuong",
        facts={"reason": unicodedata.normalize("NFD", "Sửa lại số liệu")},
    )
    assert (
        "“Sửa lại số liệu”"
        in render(TEMPLATES, message("so-ldtbxh", "lead", "so-cong-thuong", found), "entered.in_progress").text
    )


def test_of_a_confidential_area_no_template_can_show_more_than_number_date_and_route() -> None:
    secret = {
        **REPORT,
        "route": "mạng cơ yếu",
        "reason": "BÍMẬT",
        "nil": "BÍMẬT",
        "text": "BÍMẬT",
        "files": ["BÍMẬT.pdf"],
        "instruction": "BÍMẬT",
        "opinion": "BÍMẬT",
    }
    found = item(area(confidential=True), "reported", "report", by="so-ldtbxh", facts=secret)
    greedy = with_template(
        "entered.reported", "{% block body %}{{ item.event.facts.values() | list }} {{ item }}{% endblock %}"
    )
    for templates in (TEMPLATES, greedy):
        letter = render(templates, message("so-cong-thuong", "consolidator", "so-ldtbxh", found), "entered.reported")
        assert "BÍMẬT" not in letter.subject + letter.text + letter.html
        assert "mạng cơ yếu" in letter.text


def test_without_a_public_address_the_case_is_named_and_nothing_is_linked() -> None:
    sample = next(s for s in samples() if s.name == "reminder lead")
    linked = render(TEMPLATES, sample.facts, "reminder", public_url="https://dondoc.example/")
    bare = render(TEMPLATES, sample.facts, "reminder")
    assert "Mở hồ sơ để báo cáo: https://dondoc.example/ho-so/bauxite-alumina/2026/lao-dong\n" in linked.text
    assert 'href="https://dondoc.example/ho-so/bauxite-alumina/2026/lao-dong"' in linked.html
    assert "Hồ sơ: bauxite-alumina/2026/lao-dong\n" in bare.text
    assert "http" not in bare.text


def test_an_unknown_template_and_facts_of_another_shape_are_told_and_not_raised_raw() -> None:
    sample = samples()[0]
    with pytest.raises(TemplateFailure, match="nowhere"):
        render(TEMPLATES, sample.facts, "nowhere")
    with pytest.raises(TemplateFailure):
        render(TEMPLATES, {"items": []}, "reminder")
    assert agency("so-ldtbxh")["name"].startswith("Sở Lao động")
