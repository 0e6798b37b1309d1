"""The sections of a configuration file, one frozen model each. Unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..schedule import ScheduleSection
from .secrets import Reference

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Relative = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreSection(Section):
    """Where OppBridge keeps what it knows."""

    url: str | Reference = Field(
        "sqlite:///oppbridge.db",
        description="`sqlite:///FILE` (beside this file) or `postgresql+psycopg://USER@HOST/NAME`.",
    )
    password: Reference | None = Field(
        None, description="The database user's password, by reference."
    )
    key: Reference | None = Field(
        None,
        description="What the values it keeps are encrypted under, by reference: a secret of 32 "
        "characters or more. A store that was not encrypted is, when it is next opened.",
    )
    old_keys: tuple[Reference, ...] = Field(
        (), description="Keys it was under before; what they encrypted is encrypted under `key`."
    )

    @model_validator(mode="after")
    def _no_literal_password(self) -> StoreSection:
        from urllib.parse import urlsplit

        if isinstance(self.url, str) and urlsplit(self.url).password is not None:
            raise ValueError("the url holds a password; give it as `password: {env: NAME}`")
        return self

    @model_validator(mode="after")
    def _new_key_for_old(self) -> StoreSection:
        if self.old_keys and self.key is None:
            raise ValueError("old_keys are given without a `key`")
        return self


class SystemSection(Section):
    """One installation: which connector talks to it, how to reach it, a user's own map fields."""

    connector: Name = Field(description="The connector's name: built in, or brought by a plugin.")
    settings: Mapping[str, Any] = Field(
        default_factory=dict,
        description="The connector's own settings; a secret is given by reference.",
    )
    webhook: Reference | None = Field(
        None, description="The key that its events come with, by reference: Airflow takes none"
        " without."
    )  # fmt: skip
    pool: str = Field(
        "default_pool", description="The Airflow pool in which tasks that talk to it run."
    )
    maps: Mapping[str, Relative] = Field(
        default_factory=dict,
        description="By entity, a YAML file whose fields are added to the connector's map.",
    )


class Participant(Section):
    """One system's part in moving one entity."""

    reads: bool = Field(True, description="Its edits count.")
    writes: bool = Field(True, description="It receives changes.")
    creates: bool = Field(True, description="It receives records that it does not have yet.")
    at_least_once: bool = Field(
        False,
        description="It may receive a record twice: asked for where it can neither take a key nor "
        "look one up, so that a lost answer to a create cannot be told from a lost create.",
    )
    owns: tuple[str, ...] = Field(
        (), description="Fields only it may edit, as in `['*']` or `['lines/*/price']`."
    )
    filter: str | None = Field(
        None, max_length=1000, description="Which records it receives: an expression over fields."
    )


class FieldRule(Section):
    """What settles a clash on one field, where it differs from the entity's policy."""

    policy: Name | None = Field(None, description="The policy's name.")
    owner: Name | None = Field(
        None, description="The system that owns the field; without `policy` it wins every clash."
    )

    @model_validator(mode="after")
    def _says_something(self) -> FieldRule:
        if self.policy is None and self.owner is None:
            raise ValueError("give a policy, an owner, or both")
        return self


class WaveSection(Section):
    """From a day on, one system owns fields of some records: a step of a cutover.

    Of several, the first that holds counts; it comes before `owns` and `owner`.
    """

    owner: Name = Field(description="The system that owns the fields.")
    when: str | None = Field(
        None, max_length=1000, description="Of which records: an expression over fields."
    )
    since: date | None = Field(None, description="The first day on which it holds, in UTC.")
    fields: tuple[str, ...] = Field(("*",), min_length=1, description="The fields.")
    alone: bool = Field(
        True, description="Edits elsewhere do not count; else it wins where policy `owner` decides."
    )


class FuzzySection(Section):
    """By which fields records are alike, and how alike they must be."""

    fields: Mapping[str, Annotated[float, Field(gt=0)]] = Field(
        min_length=1, description="Fields and their weights; `domain` is that of website or e-mail."
    )
    link_above: float = Field(
        0.95, ge=0, description="Likeness from which two records are joined; above 1: never."
    )
    ask_above: float = Field(0.8, ge=0, le=1, description="Likeness from which a person is asked.")

    @model_validator(mode="after")
    def _in_order(self) -> FuzzySection:
        if self.ask_above > self.link_above:
            raise ValueError("ask_above must not be more than link_above")
        return self


class MatchSection(Section):
    """How records are found that both systems had before they met."""

    exact: tuple[str, ...] = Field(
        (), description="Fields that identify a record, the surest first; `domain` is one."
    )
    fuzzy: FuzzySection | None = Field(None, description="Fields by which records are alike.")


class ShortMatch(MatchSection):
    """A `match` given as a list."""


def _match(raw: Any) -> Any:
    if isinstance(raw, list):
        told = all(isinstance(name, str) for name in raw)
        return ShortMatch(exact=tuple(raw)) if told else {"exact": raw}
    return raw


class EntitySection(Section):
    """How one entity moves in a flow."""

    systems: Mapping[Name, Participant] = Field(
        min_length=1, description="The systems that take part, and how."
    )
    policy: Name = Field("ask", description="What settles a field that two systems changed.")
    owner: Name | None = Field(None, description="The system that policy `owner` lets win.")
    fields: Mapping[str, FieldRule] = Field(
        default_factory=dict, description="Fields that are settled otherwise."
    )
    waves: tuple[WaveSection, ...] = Field(
        (), description="Ownership that depends on the record and the day."
    )
    deletions: Literal["hold", "propagate", "ignore"] = Field(
        "hold", description="What a deletion does elsewhere: waits for a person, goes, or nothing."
    )
    match: Annotated[MatchSection, BeforeValidator(_match)] = Field(
        default_factory=MatchSection,
        description="What identifies a record both systems had before they met; "
        "`match: [number]` is short for `match: {exact: [number]}`.",
    )


class PartSection(BaseModel):
    """A named part and its own settings: `{use: amount, limit: 50000 EUR}`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    use: Name = Field(description="The name of the scorer, gate or enricher.")

    @property
    def settings(self) -> Mapping[str, Any]:
        """The keys beside `use`."""
        return self.__pydantic_extra__ or {}


class LimitsSection(Section):
    """When a run counts as failed, and when it stops to ask."""

    dead: int = Field(0, ge=0, description="Dead letters a run may leave without failing.")
    creates: int | None = Field(
        None, ge=0, description="Records of an entity a run may create in a system without asking."
    )
    changed: Decimal | None = Field(
        None,
        gt=0,
        le=100,
        description="Percent of an entity's records in a system that a run may change or delete"
        " without asking, from 20 records on: a source that is broken changes them all.",
    )


class ApprovalSection(Section):
    """Who may approve."""

    by_another: bool = Field(
        False,
        description="Nobody approves what they planned, and a plan needs an approval to be applied."
        " A scheduled `run` is not bound by it.",
    )


class FlowSection(Section):
    """Which entities move between which systems, in the order they are written here."""

    entities: Mapping[str, EntitySection] = Field(
        min_length=1, description="The entities, those that others point at first."
    )
    scorer: PartSection | None = Field(None, description="What scores opportunities.")
    gates: tuple[PartSection, ...] = Field((), description="What may hold a write for a person.")
    enrichers: tuple[PartSection, ...] = Field((), description="What adds values from elsewhere.")
    limits: LimitsSection = Field(
        default_factory=LimitsSection, description="When a run fails, or waits for a person."
    )
    approval: ApprovalSection = Field(
        default_factory=ApprovalSection, description="Who may approve."
    )
    schedule: ScheduleSection = Field(
        default_factory=ScheduleSection, description="When Airflow runs it, and whom it asks."
    )


class RetentionSection(Section):
    """For how many days the store keeps what it does not need to go on. Empty: for ever."""

    writes: int | None = Field(
        None,
        ge=1,
        description="What was written, with the values before it, and its runs and plans: a run "
        "can be undone for as long.",
    )
    history: int | None = Field(
        None, ge=1, description="Every observed change of an opportunity, which scorers learn from."
    )


class Configuration(Section):
    """A whole configuration file. `path` is where it was read from."""

    path: Path = Field(exclude=True, repr=False)
    store: StoreSection = Field(
        default_factory=StoreSection, description="Where OppBridge keeps what it knows."
    )
    retention: RetentionSection = Field(
        default_factory=RetentionSection, description="What the store forgets with time."
    )
    plugins: tuple[str, ...] = Field(
        (), description="Installed plugins to use; others are not imported."
    )
    systems: Mapping[Name, SystemSection] = Field(
        min_length=1, description="The installations, each under a name of your own."
    )
    flows: Mapping[Name, FlowSection] = Field(min_length=1, description="What moves between them.")

    @property
    def home(self) -> Path:
        """The folder that relative paths are relative to."""
        return self.path.parent
