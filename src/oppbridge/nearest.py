"""Did you mean: the nearest valid name, for messages about names that are not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like `name`, None when none resembles it."""
    return next(iter(get_close_matches(name, list(valid), n=1, cutoff=0.6)), None)


def suggestion(name: str, valid: Iterable[str]) -> str:
    """`; did you mean 'policy'?`, or nothing."""
    found = nearest(name, valid)
    return f"; did you mean {found!r}?" if found else ""
