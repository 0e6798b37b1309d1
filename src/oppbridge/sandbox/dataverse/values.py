"""Values on their way in: type, length, range and choice; the rounding of amounts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .refusals import BAD_CHOICE, BAD_DATE, BAD_DECIMAL, BAD_INTEGER, TOO_LONG, Refused
from .schema.model import Column, Type

FOUR = Decimal("0.0001")
TEN = Decimal("1e-10")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?")


class WrongType(Exception):
    """The JSON value cannot be converted to the column's type."""


def check_value(column: Column, value: Any, logical: str) -> Any:
    """The value as it is kept. Raises `WrongType`, or `Refused` for what is not allowed."""
    if value is None:
        return None
    return _CHECKS[column.type](column, value, logical)


def round_half_up(amount: Decimal, digits: int) -> Decimal:
    """Rounded half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def keep_money(amount: Decimal, digits: int) -> Decimal:
    """An amount rounded to `digits`, with the four fraction digits that the service prints."""
    return round_half_up(amount, digits).quantize(FOUR)


def _text(column: Column, value: Any, logical: str) -> str | None:
    if not isinstance(value, str):
        raise _wrong(value, "Edm.String")
    if len(value) > column.length:
        raise Refused(
            400,
            TOO_LONG,
            f"A validation error occurred.  The length of the '{column.name}' attribute of the "
            f"'{logical}' entity exceeded "
            f"the maximum allowed length of '{column.length}'.",
        )
    return value or None


def _integer(column: Column, value: Any, logical: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(value, "Edm.Int32")
    _ranged(column, Decimal(value), logical, BAD_INTEGER)
    return value


def _decimal(column: Column, value: Any, logical: str) -> Decimal:
    amount = _number(value)
    _ranged(column, amount, logical, BAD_DECIMAL)
    if column.type is Type.DECIMAL:
        return round_half_up(amount, column.precision).quantize(TEN)
    return amount.quantize(FOUR, ROUND_HALF_UP)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _wrong(value, "Edm.Decimal")
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _double(column: Column, value: Any, logical: str) -> float:
    amount = _number(value)
    _ranged(column, amount, logical, BAD_DECIMAL)
    return float(amount)


def _ranged(column: Column, amount: Decimal, logical: str, code: str) -> None:
    low, high = column.minimum, column.maximum
    if (low is not None and amount < low) or (high is not None and amount > high):
        raise Refused(
            400,
            code,
            f"A validation error occurred. The value of '{column.name}' on record of type "
            f"'{logical}' is outside the valid range.",
        )


def _boolean(column: Column, value: Any, logical: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "Edm.Boolean")
    return value


def _day(column: Column, value: Any, logical: str) -> str:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise _wrong(value, "Edm.Date")
    return _sane(value, lambda: datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)).strftime(
        "%Y-%m-%d"
    )


def _moment(column: Column, value: Any, logical: str) -> str:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise _wrong(value, "Edm.DateTimeOffset")

    def read() -> datetime:
        when = datetime.fromisoformat(value)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)

    return _sane(value, read).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sane(value: str, read: Callable[[], datetime]) -> datetime:
    try:
        when = read()
    except ValueError:
        raise Refused(400, BAD_DATE, f"Invalid date time value '{value}'.") from None
    if when.year < 1753:
        raise Refused(
            400,
            BAD_DATE,
            "DateTime is less than minumum value supported by CrmDateTime. Minimum value "
            "supported: 01/01/1753.",
        )
    return when


def _choice(column: Column, value: Any, logical: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(value, "Edm.Int32")
    if value not in column.choices:
        raise Refused(
            400,
            BAD_CHOICE,
            f"A validation error occurred. The value {value} of '{column.name}' on record of "
            f"type '{logical}' is outside the valid range. "
            f"Accepted Values: {','.join(map(str, column.choices))}",
        )
    return value


def _guid(column: Column, value: Any, logical: str) -> str:
    try:
        return str(uuid.UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise _wrong(value, "Edm.Guid") from None


def _wrong(value: Any, expected: str) -> WrongType:
    return WrongType(f"Cannot convert the literal '{value}' to the expected type '{expected}'.")


_CHECKS: dict[Type, Callable[[Column, Any, str], Any]] = {
    Type.STRING: _text,
    Type.MEMO: _text,
    Type.ENTITY_NAME: _text,
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.MONEY: _decimal,
    Type.DOUBLE: _double,
    Type.BOOLEAN: _boolean,
    Type.DATE: _day,
    Type.MOMENT: _moment,
    Type.CHOICE: _choice,
    Type.STATE: _choice,
    Type.STATUS: _choice,
    Type.GUID: _guid,
    Type.LOOKUP: _guid,
    Type.CUSTOMER: _guid,
    Type.OWNER: _guid,
}
