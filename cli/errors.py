"""What is wrong with the words of a command or with the settings, before anything was asked of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workflow.model import DondocError


class WrongUsage(DondocError):
    """The command does not make sense as typed: exit code 2. `option` in the params names what was meant."""


class WrongValue(ValueError):
    """A text that does not read as what it should be; whoever knows the option makes it a WrongUsage."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class SettingFault:
    """One wrong setting. `params` never hold the value of a setting that may carry a password."""

    name: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    meant: str | None = None
    """The name that was probably meant."""


class SettingsWrong(DondocError):
    """The start is refused because of its settings: exit code 2. All faults at once."""

    def __init__(self, faults: list[SettingFault]) -> None:
        super().__init__("settings-wrong", count=len(faults))
        self.faults = faults
