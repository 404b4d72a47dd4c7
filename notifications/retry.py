"""When a letter that could not leave is tried again, and when that ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_MINUTES: Final = (1, 2, 5, 15, 30, 60, 120, 240)
MAX_ATTEMPTS: Final = 30
"""With the pauses below about four days, as long as mail servers commonly try (RFC 5321, section 4.5.4.1)."""
_JITTER: Final = 0.1
LINE_SECONDS: Final = (5, 15, 30, 60)
"""How long a transport rests that could not reach its server at all, one pause for each failure in a row."""


def next_attempt(attempts: int, now: datetime, random: float) -> datetime | None:
    """When to try again after `attempts` tries, or None when it is to be given up. `random` is from 0 to 1."""
    if attempts >= MAX_ATTEMPTS:
        return None
    minutes = _MINUTES[min(max(attempts, 1), len(_MINUTES)) - 1]
    return now + timedelta(minutes=minutes * (1 + _JITTER * random))


def line_pause(failures: int) -> timedelta:
    return timedelta(seconds=LINE_SECONDS[min(max(failures, 1), len(LINE_SECONDS)) - 1])
