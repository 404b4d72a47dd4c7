"""Settings: where they come from, and how a wrong one stops the start."""

from pathlib import Path

import pytest

from cli.envfile import read_env_file
from cli.errors import SettingsWrong, WrongValue
from cli.letters import way_of
from cli.settings import KNOWN, Settings, load_settings
from cli.speech import Voice
from cli.urls import is_loopback, shown_url


def faults_of(environ: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    with pytest.raises(SettingsWrong) as caught:
        load_settings(environ)
    return {fault.name: (fault.code, fault.meant) for fault in caught.value.faults}


def test_without_any_setting_there_is_a_sqlite_file_in_the_data_folder() -> None:
    settings = load_settings({"PATH": "/bin"})
    assert settings.database == "sqlite:///var/dondoc.db"
    assert settings.sqlite_file == Path("var/dondoc.db")
    assert (settings.lang, settings.port, settings.catchup_limit) == ("vi", 8000, 50)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "dondoc.env"
    file.write_text("# mail\nDONDOC_PORT=9001\nDONDOC_LANG=en\n")
    settings = load_settings({"DONDOC_SETTINGS": str(file), "DONDOC_PORT": "9002"})
    assert (settings.port, settings.lang) == (9002, "en")
    assert settings.sources == {"port": "environment", "lang": "file"}


def test_an_empty_value_is_as_good_as_none() -> None:
    assert load_settings({"DONDOC_SMTP_URL": "", "DONDOC_PORT": "  "}) == Settings()


def test_unknown_names_are_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("SMTP_URL=smtp://h\nDONDOC_SETTINGS=x\n")
    faults = faults_of({"DONDOC_SMPT_URL": "smtp://h", "DONDOC_SETTINGS": str(file)})
    assert faults == {
        "DONDOC_SMPT_URL": ("setting-unknown", "DONDOC_SMTP_URL"),
        "SMTP_URL": ("setting-unknown-in-file", "DONDOC_SMTP_URL"),
        "DONDOC_SETTINGS": ("setting-nested", None),
    }


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PORT", "70000", "not-whole"),
        ("PORT", "１２", "not-whole"),
        ("LANG", "fr", "value-not-one-of"),
        ("CLOCK", "2026-02-31", "day-none"),
        ("CLOCK", "soon", "value-moment-form"),
        ("CLOCK_SPEED", "0", "not-speed"),
        ("CLOCK_SPEED", "nan", "not-speed"),
        ("REHEARSAL_MAIL", "maybe", "value-not-one-of"),
        ("DATABASE_URL", "postgres://u:geheim@h/d", "url-scheme"),
        ("DATABASE_URL", "sqlite://", "sqlite-file"),
        ("DATABASE_URL", "postgresql://u:geheim@h:x/d", "url-malformed"),
        ("DATABASE_URL", "geheim", "url-none"),
        ("SMTP_URL", "smtp://", "url-host"),
        ("SMTP_URL", "smtp://geheim@h/path", "url-smtp"),
        ("MAIL_FROM", "nobody", "not-address"),
        ("MAIL_FROM", "a@b\nBcc: c@d", "not-address"),
        ("PUBLIC_URL", "https://u:geheim@h/", "url-plain"),
        ("CHECKPOINT_EVERY", "0", "not-whole"),
    ],
)
def test_a_wrong_value_says_what_is_wrong_and_never_a_password(name: str, value: str, code: str) -> None:
    with pytest.raises(SettingsWrong) as caught:
        load_settings({f"DONDOC_{name}": value})
    assert [fault.code for fault in caught.value.faults] == [code]
    for lang in ("vi", "en"):
        words = Voice(lang).explain(caught.value)
        assert words.startswith(f"DONDOC_{name}: ")
        assert "geheim" not in words


def test_a_local_instant_without_offset_is_vietnamese_time() -> None:
    clock = load_settings({"DONDOC_CLOCK": "2026-12-14T23:59:50"}).clock
    assert clock is not None
    assert clock.isoformat() == "2026-12-14T23:59:50+07:00"


def test_shown_settings_hold_no_password_and_name_every_setting() -> None:
    settings = load_settings(
        {"DONDOC_DATABASE_URL": "postgresql://u:geheim@h/d?password=x", "DONDOC_SMTP_URL": "smtps://u:p%40ss@h:465"}
    )
    shown = settings.shown()
    assert tuple(shown) == KNOWN
    assert shown["DONDOC_DATABASE_URL"]["value"] == "postgresql://u:***@h/d?***"
    assert shown["DONDOC_SMTP_URL"]["value"] == "smtps://u:***@h:465"
    assert settings.secrets() == {"geheim", "password=x", "p%40ss", "p@ss"}


def test_the_file_is_read_as_systemd_reads_it() -> None:
    text = '; note\n  A = plain value  \nB="two\\"q" \nC=\'$x \\n\'\nD=a\\\nb\nE=\nF=x # kept\nA=later'
    assert read_env_file(text) == {"A": "later", "B": 'two"q', "C": "$x \\n", "D": "ab", "E": "", "F": "x # kept"}


@pytest.mark.parametrize(("text", "code", "line"), [("A=1\nno sign", "env-line", 2), ("A=1\n\nB='x\n", "env-quote", 3)])
def test_a_broken_line_of_the_file_is_named(text: str, code: str, line: int) -> None:
    with pytest.raises(WrongValue) as caught:
        read_env_file(text)
    assert (caught.value.code, caught.value.params["line"]) == (code, line)


def test_a_settings_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"A=\xff")
    assert faults_of({"DONDOC_SETTINGS": str(tmp_path / "none")}) == {"DONDOC_SETTINGS": ("env-unreadable", None)}
    assert faults_of({"DONDOC_SETTINGS": str(tmp_path / "latin")}) == {"DONDOC_SETTINGS": ("env-encoding", None)}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_only_what_cannot_point_elsewhere(host: str) -> None:
    assert is_loopback(host)
    assert not is_loopback(f"{host}.example")


def test_mail_of_a_rehearsal_stays_on_this_machine() -> None:
    plain = Settings()
    abroad = Settings(smtp_url="smtp://u:geheim@mail.example")
    assert way_of(plain, rehearsal=False).code == "mail-no-smtp"
    assert way_of(abroad, rehearsal=False).kind == "smtp"
    assert way_of(abroad, rehearsal=True).code == "mail-rehearsal"
    near = Settings(smtp_url="smtp://127.0.0.1:2525", rehearsal_mail=True)
    assert way_of(near, rehearsal=True).code == "mail-smtp-rehearsal"
    with pytest.raises(SettingsWrong):
        way_of(Settings(smtp_url="smtp://mail.example", rehearsal_mail=True), rehearsal=True)


def test_what_is_no_url_is_hidden_whole() -> None:
    assert shown_url("postgresql://u:geheim@h:x/d") == "***"
