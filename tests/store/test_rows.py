"""Values are spelled one way, and read back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from oppbridge.store.rows import canonical, load

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()


@given(st.dictionaries(st.text(), SCALARS))
def test_what_is_spelled_is_read_back(values):
    assert load(canonical(values)) == values


@given(st.dictionaries(st.text(), SCALARS))
def test_the_same_values_are_spelled_the_same_in_any_order(values):
    assert canonical(values) == canonical(dict(reversed(values.items())))


def test_nothing_is_the_empty_mapping():
    assert load(None) == load("") == {}
