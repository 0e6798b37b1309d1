"""Filters judge records in a sandbox, and are proved when the configuration is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.config import compile_filter
from oppbridge.errors import ConfigError, Invalid


@pytest.mark.parametrize(
    ("text", "values", "verdict"),
    [
        ("status == 'active'", {"status": "active"}, True),
        ("status == 'active'", {}, False),
        ("country in ['DE', 'AT']", {"country": "AT"}, True),
        ("country not in ('DE', 'AT')", {"country": "AT"}, False),
        ("employees > 10 and not (employees > 100)", {"employees": 50}, True),
        ("employees > 10", {}, False),
        ("amount(revenue) >= 1000.5 and currency(revenue) == 'EUR'", {"revenue": "1000.5 EUR"}, True),
        ("amount(revenue) >= 1000", {}, False),
        ("amount(revenue) * 2 > 100", {"revenue": "51 EUR"}, True),
        ("starts(number, 'A-') or contains(lower(name), 'ltd')", {"name": "ACME LTD"}, True),
        ("custom('tier') == 'gold'", {"custom.tier": "gold"}, True),
        ("name is None", {}, True),
    ],
)  # fmt: skip
def test_a_filter_says_which_records_pass(text, values, verdict):
    assert compile_filter(text, "account")(values) is verdict


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("statsu == 'a'", "'statsu' is no field of account; did you mean 'status'"),
        ("lenght(name) > 1", "'lenght' is no function"),
        ("starst(name, 'a')", "did you mean 'starts'"),
        ("name.__class__", "Attribute is not allowed"),
        ("[x for x in name]", "ListComp is not allowed"),
        ("(lambda: 1)()", "Lambda is not allowed"),
        ("name[0] == 'a'", "Subscript is not allowed"),
        ("2 ** 9", "Pow is not allowed"),
        ("f'{name}'", "JoinedStr is not allowed"),
        ("starts(name, prefix='a')", "Call is not allowed"),
        ("import os", "no expression"),
        ("", "no expression"),
        ("name == 'a" + "a" * 1000 + "'", "1000 characters"),
        ("employees > 'many'", "cannot judge"),
        ("status > 3", "cannot judge"),
        ("name * 3 == 'aaa'", "cannot judge"),
        ("1 / 0 > 1", "cannot judge"),
        ("amount(name) > 3", "cannot judge"),
    ],
)
def test_what_is_no_filter_is_refused_when_read(text, told):
    with pytest.raises(ConfigError, match=".*") as caught:
        compile_filter(text, "account")
    assert told in str(caught.value)


def test_a_record_it_cannot_judge_is_invalid():
    judge = compile_filter("1 / employees > 0", "account")
    with pytest.raises(Invalid, match="cannot judge this account"):
        judge({"employees": 0})


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(text):
    try:
        judge = compile_filter(text, "account")
    except ConfigError:
        return
    assert judge({}) in (True, False)
