"""Believable and awkward canonical values for each lens, to prove maps with; seeded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from ..contract import join_key
from ..records.scalars import Scalar, decimal_text, instant_text
from .shape import FieldMap

WORDS = (
    "Adventure",
    "Müller & Söhne",
    "O'Neill",
    "Zürich",
    "東京",
    "naïve*",
    "=1+1",
    "a|b%c/d",
    "🚚",
)
CURRENCIES = ("EUR", "USD", "JPY", "KWD")


def sample(field: FieldMap, random: Random) -> Scalar:
    """A canonical value that a record could hold in this field; sometimes longer than fits."""
    return _MAKERS[field.lens](field, random)


def samples(field: FieldMap, count: int, seed: int = 1) -> list[Scalar]:
    """None and `count` values, the same for the same seed."""
    random = Random(seed)
    return [None, *(sample(field, random) for _ in range(count))]


def _text(field: FieldMap, random: Random) -> Scalar:
    return " ".join(random.choices(WORDS, k=random.choice((1, 1, 2, 3, 60))))


def _unit(field: FieldMap, random: Random) -> Scalar:
    return (
        str(random.choice(list(field.words))) if field.words else random.choice(("ea", "kg", "h"))
    )


def _integer(field: FieldMap, random: Random) -> Scalar:
    return random.choice((0, 1, -1, 100, random.randrange(-(10**9), 10**9)))


def _number(random: Random) -> Decimal:
    digits = random.choice((0, 1, 5, 45, 12_345, random.randrange(10**12)))
    number = Decimal(digits).scaleb(-random.choice((0, 1, 2, 3, 7)))
    return -number if random.random() < 0.2 else number


def _decimal(field: FieldMap, random: Random) -> Scalar:
    return decimal_text(_number(random))


def _money(field: FieldMap, random: Random) -> Scalar:
    currency = field.fixed_currency or random.choice(CURRENCIES)
    return f"{decimal_text(_number(random))} {currency}"


def _boolean(field: FieldMap, random: Random) -> Scalar:
    return random.random() < 0.5


def _date(field: FieldMap, random: Random) -> Scalar:
    return (date(1990, 1, 1) + timedelta(days=random.randrange(40_000))).isoformat()


def _instant(field: FieldMap, random: Random) -> Scalar:
    moment = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(3 * 10**9))
    plain = field.precision is None
    return instant_text(moment if plain else moment + timedelta(microseconds=123_456))


def _word(field: FieldMap, random: Random) -> Scalar:
    return str(random.choice(list(field.words or {})))


def _words(field: FieldMap, random: Random) -> Scalar:
    known = sorted(map(str, field.words or {}))
    return ",".join(sorted(random.sample(known, random.randint(1, len(known)))))


def _key(field: FieldMap, random: Random) -> Scalar:
    if len(field.at) == 1:
        return f"{random.getrandbits(128):032x}"
    return join_key(*(random.choice(("usmf", "US-001", " 1|2%")) for _ in field.at))


_MAKERS: dict[str, Callable[[FieldMap, Random], Scalar]] = {
    "text": _text,
    "unit": _unit,
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
    "choice": _word,
    "state": _word,
    "words": _words,
    "reference": _key,
}
