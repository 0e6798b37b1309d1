"""What the built-in scorers can be told: stage defaults, points, bands, and how rates are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..nearest import suggestion
from .bands import NONE, Bands, bands
from .features import NUMBERS, WORDS

Probability = Annotated[float, Field(gt=0.001, lt=0.999, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=-5, le=5, allow_inf_nan=False)]
Score = Annotated[int, Field(ge=1, le=99)]

STAGES: Mapping[str, float] = {"qualify": 0.15, "develop": 0.3, "propose": 0.5, "close": 0.75}
POINTS: Mapping[str, Mapping[str, float]] = {
    "activities": {"0": -0.3, "4 and more": 0.2},
    "budget_status": {
        "no_committed_budget": -0.4,
        "can_buy": 0.2,
        "will_buy": 0.4,
    },
    "competitors": {"1": -0.1, "2 and more": -0.3},
    "days_to_close": {"under 0": -0.8, "91 and more": -0.2, NONE: -0.3},
    "decision_maker": {"yes": 0.4, "no": -0.2},
    "idle": {"0 to 7": 0.2, "15 to 30": -0.2, "31 and more": -0.6},
    "moves_back": {"1 and more": -0.4},
    "next_step": {"under 0": -0.4, "0 to 14": 0.3, NONE: -0.2},
    "pushes": {"1": -0.2, "2 and more": -0.6},
    "rating": {"hot": 0.5, "cold": -0.6},
    "stage_days": {"31 to 90": -0.3, "91 and more": -0.7},
    "stakeholders": {"3 and more": 0.2},
}


class RulesSettings(BaseModel):
    """Rung 0: points for each fact, on the log-odds scale, around the stage's default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stages: dict[str, Probability] = Field(
        default_factory=lambda: dict(STAGES),
        description="The stages in their order, each with its probability of being won.",
    )
    default: Probability = Field(
        0.25, description="The probability in a stage not named; rates are drawn towards it."
    )
    points: dict[str, dict[str, Points]] = Field(
        default_factory=lambda: {name: dict(levels) for name, levels in POINTS.items()},
        description="By feature (or `custom.` field) and level, -5 to 5. Replaces the built-in.",
    )
    bands: dict[str, list[int]] = Field(
        default_factory=dict,
        description="Other cuts for features that are numbers: `[1, 5]` gives 0, 1 to 4, 5 and "
        "more.",
    )
    grades: tuple[Score, Score, Score] | None = Field(
        None, description="The least scores of A, B and C; unset, rates cut them from open deals."
    )

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for name, cuts in self.bands.items():
            _known(name, NUMBERS, "a feature that is a number")
            if not cuts or sorted(set(cuts)) != cuts:
                raise ValueError(f"bands.{name}: {cuts} is not a rising list of whole numbers")
        for name, levels in self.points.items():
            if not name.startswith("custom."):
                _known(name, {**NUMBERS, **WORDS}, "a feature")
            if name in NUMBERS:
                for level in levels:
                    _known(level, (*self.scale(name).names, NONE), f"a band of {name}")
        if self.grades and list(self.grades) != sorted(self.grades, reverse=True):
            raise ValueError(f"grades: {self.grades} must fall, as in [60, 40, 20]")
        return self

    def scale(self, name: str) -> Bands:
        """The bands of a feature that is a number."""
        number = NUMBERS[name]
        return bands(self.bands.get(name, number.cuts), number.lowest)

    def order(self) -> dict[str, int]:
        """The place of each stage."""
        return {stage: place for place, stage in enumerate(self.stages)}


class RatesSettings(RulesSettings):
    """Rung 1: rates of closed deals. Rung 0, with its points, as long as no deal has closed."""

    k: float = Field(
        20,
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="How many deals the rate above a level's own is worth.",
    )
    pipeline: str = Field("custom.pipeline", description="The field that tells pipelines apart.")
    inputs: dict[str, list[str]] = Field(
        default_factory=lambda: {
            "source": ["source"],
            "account_type": ["custom.account_type", "custom.industry", "industry", "kind"],
            "owner": ["owner"],
        },
        description="What counts beside the stage: each a list of fields, the first filled counts.",
    )
    hidden: list[str] = Field(
        default_factory=lambda: ["owner"], description="Inputs that count and are never named."
    )

    @model_validator(mode="after")
    def _hidden_are_inputs(self) -> Self:
        if "stage" in self.inputs:
            raise ValueError("inputs: the stage always counts and is not listed")
        for name in self.hidden:
            _known(name, (*self.inputs, "stage", "owner"), "an input")
        return self


def _known(name: str, among: object, what: str) -> None:
    names = list(among) if isinstance(among, Mapping | tuple) else []
    if name not in names:
        raise ValueError(f"{name!r} is not {what}{suggestion(name, names)}")
