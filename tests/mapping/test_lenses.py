"""How each lens reads what systems really send."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.mapping import FieldMap
from oppbridge.mapping.numbers import _parsed, number_text, rounded
from oppbridge.mapping.text import LENSES


def lens(name: str, **keys: Any):
    return LENSES[name](FieldMap.model_validate({"at": "x", "lens": name, **keys}))


def read(name: str, value: Any, **keys: Any):
    return lens(name, **keys).read({"x": value})


@pytest.mark.parametrize(
    ("value", "precision", "text"),
    [
        (0.1 + 0.2, None, "0.3"),
        (0.1 + 0.2, 2, "0.3"),
        (2.675, 2, "2.68"),
        (-2.675, 2, "-2.68"),
        (0.125, 2, "0.13"),
        (-0.0, None, "0"),
        (-0.001, 2, "0"),
        ("-0.00", None, "0"),
        ("1200.50", None, "1200.5"),
        ("007", None, "7"),
        (" 5 ", None, "5"),
        ("1e3", None, "1000"),
        (1e22, None, "10000000000000000000000"),
        (Decimal("12345678901234567890.12"), 2, "12345678901234567890.12"),
        ("99999999999999.99", 2, "99999999999999.99"),
        (10**20, 2, "100000000000000000000"),
    ],
)
def test_numbers_have_one_exact_spelling(value, precision, text):
    assert number_text(value, precision) == text


@pytest.mark.parametrize("value", ["1_000", "ten", "NaN", "1,5", "--1", "٣", "0x1"])
def test_what_is_not_a_plain_number_is_refused(value):
    if value == "٣":
        assert number_text(value, None) == "3"
        return
    with pytest.raises(ValueError, match="number"):
        number_text(value, None)


numbers = (
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e20, max_value=1e20)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15)
    | st.integers(-(10**20), 10**20)
)


@given(numbers, st.none() | st.integers(0, 6))
def test_the_short_way_to_spell_a_number_agrees_with_the_long_one(value, precision):
    if isinstance(value, Decimal) and abs(value.adjusted()) > 38:
        return
    try:
        expected = _parsed(value, str(value), precision)
    except ValueError:
        return
    assert number_text(value, precision) == expected


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 4))
def test_rounding_is_half_away_from_zero_and_never_further_than_half_a_unit(number, places):
    near = rounded(number, places)
    assert abs(near - number) * 2 <= Decimal(1).scaleb(-places)
    assert rounded(-number, places) == -near


def test_a_comma_may_be_the_decimal_mark():
    comma = lens("decimal", decimal_mark=",", precision=2)
    assert comma.read({"x": "1.234,50"}) == "1234.5"
    assert comma.spell("1234.5") == {"x": "1234,5"}


def test_a_column_may_be_kept_in_millions():
    millions = lens("money", scale=6, precision=2, fixed_currency="USD")
    assert millions.read({"x": "1100.04"}) == "1100040000 USD"
    assert millions.read({"x": 0.1}) == "100000 USD"
    assert millions.spell("1100040000 USD") == {"x": Decimal("1100.04")}
    assert millions.predict("1100044999 USD") == "1100040000 USD"


def test_a_share_may_be_kept_as_a_fraction():
    percent = lens("decimal", scale=2, precision=4)
    assert percent.read({"x": 0.075}) == "7.5"
    assert percent.spell("7.5") == {"x": Decimal("0.075")}


def test_other_spellings_of_a_key_are_read_and_never_written():
    product = lens("reference", words={"GTX Pro": ["GTXPro", "gtx pro"]})
    assert product.read({"x": "GTXPro"}) == product.read({"x": "GTX Pro"}) == "GTX Pro"
    assert product.spell("GTX Pro") == {"x": "GTX Pro"}


def test_whole_numbers_may_come_as_decimals():
    assert read("integer", 75.0) == 75
    assert read("integer", "75") == 75
    assert read("integer", Decimal("75.00")) == 75
    with pytest.raises(ValueError, match="not a whole number"):
        read("integer", 75.5)


@pytest.mark.parametrize("name", ["integer", "decimal"])
def test_truth_is_not_a_number(name):
    with pytest.raises((TypeError, ValueError)):
        read(name, True)


@pytest.mark.parametrize(
    "name", ["text", "integer", "decimal", "boolean", "date", "instant", "unit", "reference"]
)
@pytest.mark.parametrize("blank", ["", "  ", None])
def test_blank_is_nothing(name, blank):
    assert read(name, blank) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-31",
        "2026-05-31T12:00:00Z",
        "2026-05-31T00:00:00Z",
        "2026-05-31 00:00:00.000",
        date(2026, 5, 31),
        datetime(2026, 5, 31, 23, 59, tzinfo=UTC),
    ],
)
def test_a_date_is_the_day_it_names_whatever_the_time(value):
    assert read("date", value) == "2026-05-31"


@pytest.mark.parametrize(
    "value", ["2026-02-30", "31.05.2026", "20260531", "2026-05-31x", "soon", 5]
)
def test_what_is_no_date_is_refused(value):
    with pytest.raises((ValueError, TypeError)):
        read("date", value)


def test_a_system_may_spell_dates_its_own_way():
    german = lens("date", format="%d.%m.%Y")
    assert german.read({"x": "31.05.2026"}) == "2026-05-31"
    assert german.spell("2026-05-31") == {"x": "31.05.2026"}


def test_the_empty_date_of_a_system_is_nothing_both_ways():
    noon = lens("date", at_noon=True, empty="1900-01-01T12:00:00Z")
    assert noon.read({"x": "1900-01-01T12:00:00Z"}) is None
    assert noon.read({"x": "1900-01-01T00:00:00Z"}) is None
    assert noon.spell(None) == {"x": "1900-01-01T12:00:00Z"}
    assert noon.spell("2026-05-31") == {"x": "2026-05-31T12:00:00Z"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-05-31T12:00:00Z", "2026-05-31T12:00:00Z"),
        ("2026-05-31T14:00:00+02:00", "2026-05-31T12:00:00Z"),
        ("2026-05-31T12:00:00.5000000Z", "2026-05-31T12:00:00.500000Z"),
        ("20260531T120000.000Z", "2026-05-31T12:00:00Z"),
        (datetime(2026, 5, 31, 12, tzinfo=UTC), "2026-05-31T12:00:00Z"),
    ],
)
def test_an_instant_is_told_in_utc(value, text):
    assert read("instant", value) == text


def test_an_instant_without_zone_needs_one_from_the_map():
    with pytest.raises(ValueError, match="does not say its time zone"):
        read("instant", "2026-05-31T12:00:00")
    assert read("instant", "2026-05-31T12:00:00", zone="Europe/Berlin") == "2026-05-31T10:00:00Z"


def test_precision_drops_fractions_of_a_second():
    whole = lens("instant", precision=0)
    assert whole.read({"x": "2026-05-31T12:00:00.987Z"}) == "2026-05-31T12:00:00Z"
    assert whole.predict("2026-05-31T12:00:00.987000Z") == "2026-05-31T12:00:00Z"


@pytest.mark.parametrize("code", [1, "1", 1.0, Decimal(1)])
def test_a_choice_knows_its_code_as_number_and_as_text(code):
    assert read("choice", code, words={"hot": 1, "cold": 2}) == "hot"


@pytest.mark.parametrize(
    ("value", "truth"), [(True, True), (0, False), ("Yes", True), ("false", False)]
)
def test_truth_in_its_usual_spellings(value, truth):
    assert read("boolean", value) is truth


def test_truth_in_a_systems_own_spelling():
    own = lens("boolean", words={True: ["Ja", "J"], False: "Nein"})
    assert own.read({"x": "J"}) is True
    assert own.spell(True) == {"x": "Ja"}
    with pytest.raises(ValueError, match="no word for 'Vielleicht'"):
        own.read({"x": "Vielleicht"})


def test_several_words_are_sorted_and_joined():
    many = lens("words", words={"price": 1, "speed": 2, "care": 3})
    assert many.read({"x": "2,1"}) == "price,speed"
    assert many.read({"x": [3, 1]}) == "care,price"
    assert many.read({"x": ""}) is None
    assert many.spell("speed,price") == {"x": "1,2"}


def test_an_unlisted_unit_passes_unchanged():
    unit = lens("unit", words={"ea": "Each"})
    assert unit.read({"x": "Each"}) == "ea"
    assert unit.read({"x": "pcs"}) == "pcs"
    assert unit.spell("ea") == {"x": "Each"}
    assert unit.spell("pcs") == {"x": "pcs"}


def test_text_that_is_not_text_is_refused():
    with pytest.raises(TypeError, match="is not text"):
        read("text", {"a": 1})
    assert read("text", 5) == "5"


def test_an_instant_may_be_spelled_a_systems_own_way():
    own = lens("instant", format="%d.%m.%Y %H:%M", zone="Europe/Berlin")
    assert own.read({"x": "31.05.2026 14:00"}) == "2026-05-31T12:00:00Z"
    assert own.spell("2026-05-31T12:00:00Z") == {"x": "31.05.2026 14:00"}
    offset = lens("instant", format="%Y%m%d%H%M%z")
    assert offset.read({"x": "202605311400+0200"}) == "2026-05-31T12:00:00Z"


def test_what_is_no_instant_is_refused():
    for value in (5, "soon", "2026-13-01T00:00:00Z"):
        with pytest.raises((ValueError, TypeError)):
            read("instant", value)


def test_a_value_that_the_lens_itself_uses_for_nothing_reads_as_nothing():
    zero = lens("decimal", empty=0)
    assert zero.read({"x": 0.0}) is None
    assert zero.read({"x": "0.00"}) is None
    assert zero.spell(None) == {"x": 0}


def test_a_state_may_take_codes_it_does_not_list():
    from_two = LENSES["state"](
        FieldMap.model_validate(
            {"at": ["a", "b"], "lens": "state", "words": {"open": [0, 1]}, "otherwise": "closed"}
        )
    )
    assert from_two.read({"a": 7, "b": 7}) == "closed"
    with pytest.raises(ValueError, match="no native code for 'gone'"):
        from_two.spell("gone")


def test_money_keeps_the_coins_of_its_currency():
    lens = LENSES["money"](
        FieldMap.model_validate({"at": "x", "lens": "money", "currency": "c", "precision": 2})
    )
    assert lens.read({"x": 1.2345, "c": "KWD"}) == "1.235 KWD"
    assert lens.read({"x": 1.2345, "c": "USD"}) == "1.23 USD"
    assert lens.spell("1.2345 CLF") == {"x": Decimal("1.2345")}
    assert lens.predict("1.2345 KWD") == "1.235 KWD"
