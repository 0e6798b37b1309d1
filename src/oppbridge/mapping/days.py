"""Lenses of days and instants: a date never moves, an instant is always UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ..records.scalars import Scalar, date_text, instant_text, parse_instant
from .lenses import Lens, single
from .shape import FieldMap

NOON = "T12:00:00Z"


def day(field: FieldMap) -> Lens:
    """A calendar date, whatever time of day the system adds to it (`at_noon` writes noon UTC)."""
    pattern = field.format

    def convert(value: Any) -> Scalar:
        if type(value) is str:
            if not value or value.isspace():
                return None
            if pattern:
                return date_text(datetime.strptime(value, pattern).replace(tzinfo=UTC).date())
            return _day_of(value)
        if isinstance(value, date):
            return value.isoformat()[:10]
        raise ValueError("is not a date")

    def show(value: str) -> str:
        if pattern:
            return date.fromisoformat(value).strftime(pattern)
        return value + NOON if field.at_noon else value

    return single(field.at[0], field.write or field.at[0], convert, show, field.empty)


@lru_cache(maxsize=4096)
def _day_of(text: str) -> str:
    head = text[:10]
    if len(head) == 10 and head[4] == "-" and head[7] == "-":
        date.fromisoformat(head)
        if len(text) > 10:
            if text[10] not in "T ":
                raise ValueError("is not a date")
            datetime.fromisoformat(text)
        return head
    raise ValueError("is not a date")


def instant(field: FieldMap) -> Lens:
    """A moment in UTC. `zone` says what a time without one means; precision 0 drops fractions."""
    zone = _zone(field.zone)
    read = _reader(field.format, zone)

    def convert(value: Any) -> Scalar:
        if type(value) is str:
            if _is_plain(value):
                datetime.fromisoformat(value)
                return value
            if not value or value.isspace():
                return None
            moment = read(value)
        elif isinstance(value, datetime):
            moment = value
        else:
            raise ValueError("is not an instant")
        return instant_text(_placed(_cut(moment, field.precision), zone))

    def show(value: str) -> str:
        moment = _cut(parse_instant(value), field.precision)
        if field.format:
            return moment.astimezone(zone).strftime(field.format)
        return instant_text(moment)

    return single(field.at[0], field.write or field.at[0], convert, show, field.empty)


def _is_plain(text: str) -> bool:
    """Whether it is spelled exactly like `2026-05-31T12:00:00Z`, give or take its digits."""
    return len(text) == 20 and text[19] == "Z" and text[10] == "T" and text[13] == text[16] == ":"


def _reader(pattern: str | None, zone: tzinfo | None) -> Callable[[str], datetime]:
    def read(text: str) -> datetime:
        if pattern and "%z" in pattern:
            return datetime.strptime(text, pattern).astimezone(UTC)
        if pattern:
            return datetime.strptime(text, pattern).replace(tzinfo=zone)
        return _placed(datetime.fromisoformat(text), zone)

    return read


def _placed(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is None and zone is not None:
        return moment.replace(tzinfo=zone)
    return moment


def _cut(moment: datetime, precision: int | None) -> datetime:
    if precision is None or precision >= 6 or not moment.microsecond:
        return moment
    return moment - timedelta(microseconds=moment.microsecond % 10 ** (6 - precision))


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    return UTC if name == "UTC" else ZoneInfo(name)
