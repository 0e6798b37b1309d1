"""Countries, languages and addresses as the service spells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from .draft import Draft
from .refusals import label, told


@cache
def countries() -> Mapping[str, str]:
    """Three-letter id to two-letter code."""
    text = files(__package__).joinpath("schema", "countries.txt").read_text("utf-8")
    return dict(
        pair.split("=")
        for line in text.splitlines()
        if not line.startswith("#")
        for pair in line.split()
    )


@cache
def _by_iso() -> Mapping[str, str]:
    return {iso: country for country, iso in countries().items()}


def settle_country(draft: Draft, country: str, iso: str) -> None:
    """Fill the id from the ISO code or the other way round.

    The one sent wins. Raises `Refused` for unknown ones.
    """
    if country in draft.sent and draft.has(country):
        value = draft.get(country).upper()
        if value not in countries():
            raise told("country", value=value, field=label(country))
        draft.new[country], draft.new[iso] = value, countries()[value]
    elif iso in draft.sent and draft.has(iso):
        value = draft.get(iso).upper()
        if value not in _by_iso():
            raise told("country", value=value, field=label(iso))
        draft.new[country], draft.new[iso] = _by_iso()[value], value


def language(text: str) -> str:
    """A language as the service echoes it: `en-us` becomes `en-US`."""
    first, dash, rest = text.partition("-")
    return f"{first.lower()}-{rest.upper()}" if dash else first.lower()


def formatted(get: Callable[[str], Any], prefix: str, state: str) -> str:
    """An address on one to three lines; `prefix` and `state` name its columns."""
    town = " ".join(
        part for part in (get(f"{prefix}ZipCode"), get(f"{prefix}City"), get(state)) if part
    )
    return "\n".join(
        part for part in (get(f"{prefix}Street"), town, get(f"{prefix}CountryRegionId")) if part
    )
