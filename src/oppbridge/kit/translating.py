"""Checks of the maps a connector brings: round trips, words, and the system's own metadata."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ..contract import Describer, Description, Surveyor
from ..mapping import FieldMap
from ..mapping.check import check_map
from .trial import Trial


class TranslationChecks:
    """What a map writes it reads back, for every field."""

    def test_every_field_survives_the_round_trip(self, trial: Trial, entity: str) -> None:
        compiled, currency = trial.maps[entity], trial.rows.samples.currency
        for name, mapped in plain(trial.shapes[entity].fields).items():
            for tried in trial.rows.samples.tries(entity, name, mapped):
                values = {name: tried}
                there_and_back = compiled.read({**paid(mapped, currency), **compiled.write(values)})
                assert there_and_back[name] == tried, f"{name}: {tried!r} came back otherwise"
                assert compiled.predict(values)[name] == tried

    def test_every_field_of_a_part_survives_the_round_trip(self, trial: Trial, entity: str) -> None:
        compiled, currency = trial.maps[entity], trial.rows.samples.currency
        for collection, inner in trial.shapes[entity].collections.items():
            keys = dict.fromkeys(inner.key, "7")
            for name, mapped in plain(inner.fields).items():
                path = f"{collection}/*/{name}"
                for tried in trial.rows.samples.tries(entity, path, mapped):
                    row = {**keys, **compiled.write_part(collection, {name: tried})}
                    around = paid(mapped, currency)
                    read = compiled.read({**around, inner.at: [{**around, **row}]})
                    found = [v for path, v in read.items() if path.endswith(f"/{name}")]
                    assert found == [tried], f"{collection} {name}: {tried!r} came back otherwise"

    def test_every_native_word_means_one_thing(self, trial: Trial, entity: str) -> None:
        shape, coarse = trial.shapes[entity], set(trial.rows.samples.coarse.get(entity, ()))
        every = dict(shape.fields)
        for collection, inner in shape.collections.items():
            every |= {f"{collection}/*/{name}": mapped for name, mapped in inner.fields.items()}
        same = {path for path, mapped in every.items() if ambiguous(mapped)}
        assert same <= coarse, f"two words are spelled the same: {sorted(same - coarse)}"
        assert same >= coarse, f"not coarse, all words differ: {sorted(coarse - same)}"


class DescriptionChecks:
    """The system's own metadata agrees with the maps."""

    def test_the_map_fits_what_the_system_says_of_itself(self, trial: Trial, entity: str) -> None:
        description = described(trial, entity)
        findings = check_map(trial.shapes[entity], description)
        errors = [finding for finding in findings if finding.severity == "error"]
        assert not errors, "\n".join(map(str, errors))

    def test_the_description_is_of_the_table(self, trial: Trial, entity: str) -> None:
        description, compiled = described(trial, entity), trial.maps[entity]
        assert description.native == compiled.native
        assert all(name == column.name for name, column in description.columns.items())
        for native in compiled.collections.values():
            assert native in description.collections, f"{native} is not described"

    def test_what_did_not_change_is_described_alike(self, trial: Trial, entity: str) -> None:
        first, again = described(trial, entity), described(trial, entity)
        assert again == first, "a run would take it for another table"
        if isinstance(trial.line, Surveyor):
            assert trial.line.survey() == trial.line.survey()


def described(trial: Trial, entity: str) -> Description:
    """What the system says of the entity's table; skips where it says nothing."""
    if not isinstance(trial.line, Describer):
        pytest.skip(f"{trial.spec.name} does not describe its tables")
    found = trial.line.describe(entity)
    assert isinstance(found, Description)
    return found


def ambiguous(mapped: FieldMap) -> bool:
    """Whether the system spells two words of a field the same."""
    if not mapped.words or mapped.lens not in {"choice", "state"}:
        return False
    said = [repr(native) for native in mapped.words.values()]
    return len(said) > len(set(said))


def paid(mapped: FieldMap, currency: str) -> dict[str, str]:
    """The column an amount reads its currency from, where another field writes it."""
    return {mapped.currency.removeprefix("../"): currency} if mapped.currency else {}


def plain(fields: Mapping[str, FieldMap]) -> dict[str, FieldMap]:
    """The fields that hold values of their own and go both ways."""
    return {
        name: mapped
        for name, mapped in fields.items()
        if mapped.direction == "both" and mapped.lens != "reference"
    }
