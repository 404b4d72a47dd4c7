"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_COMPARED = 2000


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name nearest to `word`, if any is near."""
    names = [name for name, _ in zip(known, range(MOST_COMPARED), strict=False)]
    found = get_close_matches(word[:200], names, n=1, cutoff=0.6)
    return found[0] if found else None
