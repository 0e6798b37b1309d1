"""The laws of a two-way translation, on generated values."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from oppbridge.contract import join_key
from oppbridge.mapping import FieldMap
from oppbridge.mapping.roundtrip import broken_laws
from oppbridge.mapping.text import LENSES
from oppbridge.records import build
from tests.mapping.maps import DEAL, deal_map, headers, row

DEALS = deal_map()


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """The row a faithful system shows after these values were written."""
    shown = DEALS.write(values)
    if "account" in values:
        shown["area"] = "usmf"
    return shown


def fit(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("account"):
        values["account"] = join_key("usmf", str(values["account"]))
    return values


@given(headers(DEALS))
def test_what_is_written_is_read_back_as_foretold(values):
    values = fit(values)
    seen = DEALS.read(stored(values))
    foretold = DEALS.predict(values)
    assert foretold.keys() == values.keys()
    assert {name: seen[name] for name in values} == foretold


@given(headers(DEALS))
def test_what_is_foretold_stands_once_written(values):
    foretold = DEALS.predict(fit(values))
    assert DEALS.predict(foretold) == foretold


@given(headers(DEALS))
def test_writing_what_was_read_gives_the_same_columns(values):
    first = stored(fit(values))
    seen = DEALS.read(first)
    again = stored({name: seen[name] for name in values})
    if values.get("amount") is None:
        again.pop("cur", None)
        first.pop("cur", None)
    assert again == first


@given(headers(DEALS))
def test_every_value_read_has_the_one_canonical_spelling(values):
    seen = DEALS.read(stored(fit(values)))
    build("opportunity", seen)  # refuses any other spelling


lines = st.lists(
    st.fixed_dictionaries(
        {
            "line_id": st.integers(0, 9),
            "qty": st.floats(-1e6, 1e6) | st.none() | st.decimals(-100, 100, places=2),
            "item": st.sampled_from(["P1", "P2", None]),
        }
    ),
    max_size=4,
)


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(parts, random):
    shuffled = deepcopy(parts)
    random.shuffle(shuffled)
    assert DEALS.digest(row(deal_lines=parts)) == DEALS.digest(row(deal_lines=shuffled))


natives = st.none() | st.booleans() | st.text(max_size=3) | st.integers(-3, 3)


@given(
    st.dictionaries(st.sampled_from(["title", "no", "odds", "memo", "ignored"]), natives),
    st.dictionaries(st.sampled_from(["title", "no", "odds", "memo", "ignored"]), natives),
    lines,
    lines,
)
def test_the_digest_is_equal_exactly_when_the_mapped_columns_are(left, right, some, others):
    mapped = ("title", "no", "odds")

    def seen(columns: dict[str, Any], parts: list[dict[str, Any]]) -> Any:
        return [repr(columns.get(name)) for name in mapped], sorted(
            repr(
                [
                    repr(part[c]) if not hasattr(part[c], "as_tuple") else str(part[c])
                    for c in sorted(part)
                ]
            )
            for part in parts
        )

    same = DEALS.digest({**left, "deal_lines": some}) == DEALS.digest(
        {**right, "deal_lines": others}
    )
    assert same == (seen(left, some) == seen(right, others))


@given(st.sampled_from(sorted(DEAL["fields"])), st.integers(0, 10_000))
def test_every_lens_keeps_its_promises_for_any_seed(name, seed):
    field = FieldMap.model_validate(DEAL["fields"][name])
    assert list(broken_laws(field, LENSES[field.lens](field), seed)) == []


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    st.integers(0, 5),
)
def test_floating_point_noise_is_no_change(number, places):
    clean = round(number, places)
    noisy = clean + 1e-9 * (1 if clean >= 0 else -1)
    assume(abs(clean) < 1e5)
    field = FieldMap.model_validate({"at": "x", "lens": "decimal", "precision": 5})
    lens = LENSES["decimal"](field)
    assert lens.read({"x": clean}) == lens.read({"x": noisy})
