"""Three-way merge, path by path: nobody's edit of an untouched field is lost, whatever the order."""

from dataclasses import dataclass, field
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from oppbridge.merge import PRESENCE, Case, Side, merge


@dataclass
class Rules:
    winner_is: str | None = "a"
    sole: dict = field(default_factory=dict)

    def sole_owner(self, path):
        return self.sole.get(path)

    def owner(self, path):
        return None

    def winner(self, clash):
        return (self.winner_is if self.winner_is in clash.values else None), "test"


PATHS = ["name", "city", "lines/1", "lines/1/price", "lines/1/count", "lines/2", "lines/2/price"]
FIELDS = [path for path in PATHS if path.count("/") != 1]
values = st.sampled_from(["x", "y", "z", None])
BASE = {PRESENCE: True, "name": "n", "lines/1": True, "lines/1/price": "p", "lines/2": True}


@st.composite
def sides(draw, names=("a", "b", "c")):
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    return [
        Side(name, draw(st.dictionaries(st.sampled_from(FIELDS), values, max_size=5)))
        for name in chosen
    ]


def merged(base, found, rules=None, standing="abc"):
    return merge(Case("quote", base, found, rules or Rules(), frozenset(standing)))


@given(sides())
def test_the_order_of_sides_does_not_matter(found):
    told = [merged(BASE, list(order)).values for order in permutations(found)]
    assert all(one == told[0] for one in told)


@given(sides())
def test_an_untouched_field_keeps_its_value(found):
    out = merged(BASE, found)
    touched = {path for side in found for path in side.changed}
    assert {p: v for p, v in out.values.items() if p not in touched} == {
        p: v for p, v in BASE.items() if p not in touched
    }


@given(sides())
def test_a_field_only_one_side_changed_gets_that_side_s_value(found):
    out = merged(BASE, found)
    for side in found:
        for path, value in side.changed.items():
            others = [s for s in found if s is not side and path in s.changed]
            if not others:
                assert out.values.get(path) == value


@given(sides())
def test_merging_again_what_was_agreed_changes_nothing(found):
    once = merged(BASE, found)
    again = merged(once.values, [Side(s.system, {}) for s in found])
    assert again.values == once.values
    assert not again.clashes


@given(sides())
def test_every_clash_is_settled_for_the_named_winner_or_left_to_a_person(found):
    out = merged(BASE, found, Rules(winner_is=None))
    for path, clash in out.undecided.items():
        assert len(set(clash.values.values())) > 1
        assert out.values.get(path) == BASE.get(path)
    named = merged(BASE, found, Rules(winner_is="b"))
    for side in found:
        if side.system == "b":
            for path, value in side.changed.items():
                if value != BASE.get(path):
                    assert named.values.get(path) == value


def test_two_people_who_edit_two_lines_of_one_quote_lose_nothing():
    out = merged(BASE, [Side("a", {"lines/1/price": "9"}), Side("b", {"lines/2/price": "7"})])
    assert out.values["lines/1/price"] == "9"
    assert out.values["lines/2/price"] == "7"
    assert out.clashes == 0


def test_a_line_removed_on_one_side_goes_with_all_its_fields():
    out = merged(BASE, [Side("a", {"lines/1": None, "lines/1/price": None})])
    assert not any(path.startswith("lines/1") for path in out.values)
    assert "lines/2" in out.values


def test_a_line_edited_while_it_was_removed_stays():
    removed = Side("a", {"lines/1": None, "lines/1/price": None})
    out = merged(BASE, [removed, Side("b", {"lines/1/price": "9"})])
    assert out.values["lines/1"] is True
    assert out.values["lines/1/price"] == "9"


def test_a_deleted_record_that_was_edited_elsewhere_stays():
    out = merged(BASE, [Side("a", {PRESENCE: None}), Side("b", {"name": "new"})])
    assert out.values[PRESENCE] is True
    assert out.values["name"] == "new"


def test_a_deleted_record_keeps_its_last_values_in_case_it_comes_back():
    out = merged(BASE, [Side("a", {PRESENCE: None})])
    assert PRESENCE not in out.values
    assert out.values["name"] == "n"


def test_the_sole_owner_s_field_cannot_be_changed_elsewhere():
    rules = Rules(sole={"name": "b"})
    assert merged(BASE, [Side("a", {"name": "x"})], rules).values["name"] == "n"
    assert merged(BASE, [Side("b", {"name": "x"})], rules).values["name"] == "x"
    both = [Side("a", {"name": "x"}), Side("b", {"name": "y"})]
    out = merged(BASE, both, rules)
    assert out.values["name"] == "y"
    assert out.clashes == 0


def test_the_sole_owner_that_does_not_hold_the_record_yet_lets_others_fill_it():
    rules = Rules(sole={"name": "b"})
    out = merged({}, [Side("a", {"name": "x"}, frozenset({"name"}))], rules, standing="")
    assert out.values["name"] == "x"


def test_at_first_contact_an_empty_field_is_no_edit():
    shown = {"name": None, "city": "k"}
    out = merged(BASE, [Side("c", shown, frozenset(shown))], standing="ab")
    assert out.values["name"] == "n"
    assert out.values["city"] == "k"


def test_at_first_contact_another_value_is_a_clash_with_those_who_hold_the_record():
    newcomer = Side("c", {"name": "other"}, frozenset({"name"}))
    kept = merged(BASE, [newcomer], Rules(winner_is="a"), standing="ab")
    assert (kept.values["name"], kept.clashes) == ("n", 1)
    taken = merged(BASE, [newcomer], Rules(winner_is="c"), standing="ab")
    assert taken.values["name"] == "other"


def test_every_decision_says_policy_base_and_both_sides():
    out = merged(BASE, [Side("a", {"name": "x"}), Side("b", {"name": "y"})])
    said = out.reasons["name"]
    assert "policy test" in said
    for told in ("'n'", "a: 'x'", "b: 'y'"):
        assert told in said
