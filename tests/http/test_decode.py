"""JSON bodies: amounts exact, nonsense refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.http.decode import decode, encode

amounts = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=4
)


@given(st.lists(amounts, min_size=1))
def test_no_amount_loses_a_digit(given_amounts):
    body = b'{"value":[' + b",".join(format(a, "f").encode() for a in given_amounts) + b"]}"
    found = decode(body)["value"]
    assert [a if isinstance(a, Decimal) else Decimal(repr(a)) for a in found] == given_amounts


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | amounts,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_encoded_is_decoded_again(value):
    def plain(found):
        if isinstance(found, dict):
            return {name: plain(item) for name, item in found.items()}
        if isinstance(found, list):
            return [plain(item) for item in found]
        return Decimal(repr(found)) if isinstance(found, float) else found

    assert plain(decode(encode(value))) == value


@pytest.mark.parametrize(
    "body", [b"<html>", b'{"a":', b"[" * 100_000, b'{"a":1.00000000000000000}' + b"[" * 9]
)
def test_what_is_not_json_is_a_value_error(body):
    with pytest.raises(ValueError):
        decode(body)


def test_deep_nesting_beside_a_long_amount_is_a_value_error_too():
    deep = b"[" * 1010 + b"]" * 1010
    with pytest.raises(ValueError):
        decode(b'{"a":12345678901234567.25,"b":' + deep + b"}")


@given(st.lists(st.sampled_from(["\\ud83d", "\\ude80", "\\\\", "\\n", "u", "d83d", "\u20ac"])))
def test_half_a_character_is_replaced_and_nothing_else(pieces):
    body = ('["' + "".join(pieces) + '"]').encode()
    plain = json.loads(body)[0]  # halves stay apart from what they do not make whole
    assert decode(body) == [plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")]
