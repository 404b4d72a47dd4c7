"""The settings: `DONDOC_*` in the environment and a file of KEY=VALUE lines, where the environment wins.

Read by hand and not by pydantic-settings: that passes over unknown names in silence, reads dotenv files (which expand
`$`) and costs each command a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from cli.envfile import read_env_file
from cli.errors import SettingFault, SettingsWrong, WrongValue
from cli.setting_values import READERS
from cli.urls import secrets_of, shown_url
from workflow.calendar import TZ

PREFIX: Final = "DONDOC_"
FILE: Final = "DONDOC_SETTINGS"
MOST_BYTES: Final = 64 * 1024

Source = Literal["default", "file", "environment"]


@dataclass(frozen=True)
class Settings:
    """What an installation is told from outside; each field is `DONDOC_` and its name in capitals."""

    database_url: str = ""
    """Empty: SQLite in the data folder; ask `database`."""
    data_dir: Path = Path("var")
    smtp_url: str | None = None
    """None: mail goes to a local mailbox folder."""
    mail_from: str = "don-doc@dondoc.example"
    public_url: str | None = None
    """The address at which people see the pages; None: mails name none."""
    lang: str = "vi"
    clock: datetime | None = None
    """The start of a rehearsal clock, for a new installation."""
    clock_speed: float | None = None
    """None: not given, which is 1."""
    rehearsal_mail: bool = False
    catchup_limit: int = 50
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "info"
    checkpoint_every: int = 60
    """Minutes."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Where each setting that was given came from."""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'dondoc.db'}"

    @property
    def sqlite_file(self) -> Path | None:
        """Where a SQLite database lies; None for PostgreSQL."""
        scheme, _, path = self.database.partition(":///")
        return Path(path.partition("?")[0]) if scheme.startswith("sqlite") else None

    @property
    def mailbox(self) -> Path:
        return self.data_dir / "mailbox"

    def shown(self) -> dict[str, dict[str, Any]]:
        """Every setting in effect: name -> {"value", "source"}; JSON values, passwords left out."""
        found: dict[str, dict[str, Any]] = {}
        for name in NAMES:
            value = getattr(self, name)
            if name == "database_url":
                value = shown_url(self.database) if self.database_url else self.database
            elif name == "smtp_url" and value is not None:
                value = shown_url(value)
            elif isinstance(value, datetime):
                value = value.astimezone(TZ).isoformat()
            elif isinstance(value, Path):
                value = str(value)
            found[PREFIX + name.upper()] = {"value": value, "source": self.sources.get(name, "default")}
        return found

    def secrets(self) -> set[str]:
        """Texts that must stand in no output."""
        return secrets_of(self.database_url) | (secrets_of(self.smtp_url) if self.smtp_url else set())


NAMES: Final = tuple(f.name for f in fields(Settings) if f.name != "sources")
KNOWN: Final = tuple(PREFIX + name.upper() for name in NAMES)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of `environ` and of the file that it names. An empty value is as good as none.

    Raises SettingsWrong with every fault: an unknown name (and which one was meant), a value that cannot be.
    """
    faults: list[SettingFault] = []
    texts: dict[str, tuple[str, Source]] = {}
    if path := environ.get(FILE, ""):
        texts |= {name: (text, "file") for name, text in _file(path, faults).items()}
    texts |= {n: (t, "environment") for n, t in environ.items() if n.startswith(PREFIX) and n != FILE}
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for name, (text, source) in texts.items():
        if name not in KNOWN:
            faults.append(_unknown(name, source))
        elif text.strip():
            attribute = name.removeprefix(PREFIX).lower()
            try:
                values[attribute] = READERS[attribute](text.strip())
                sources[attribute] = source
            except WrongValue as wrong:
                faults.append(SettingFault(name, wrong.code, wrong.params))
    if faults:
        raise SettingsWrong(sorted(faults, key=lambda fault: fault.name))
    return Settings(**values, sources=sources)


def _file(path: str, faults: list[SettingFault]) -> dict[str, str]:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            faults.append(SettingFault(FILE, "env-large", {"path": path, "most": MOST_BYTES // 1024}))
            return {}
        return read_env_file(raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        faults.append(SettingFault(FILE, "env-unreadable", {"path": path, "error": error.strerror}))
    except UnicodeDecodeError:
        faults.append(SettingFault(FILE, "env-encoding", {"path": path}))
    except WrongValue as wrong:
        faults.append(SettingFault(FILE, wrong.code, {"path": path, **wrong.params}))
    return {}


def _unknown(name: str, source: Source) -> SettingFault:
    if name == FILE:
        return SettingFault(name, "setting-nested")
    asked = name.upper() if name.upper().startswith(PREFIX) else PREFIX + name.upper()
    close = get_close_matches(asked, (*KNOWN, FILE), n=1, cutoff=0.75)
    code = "setting-unknown" if source == "environment" else "setting-unknown-in-file"
    return SettingFault(name, code, meant=close[0] if close else None)
