"""Turns the raw settings of a part into its own typed model: secrets looked up, paths resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from ..contract import ConnectorSpec
from ..decision import Offer, Policy
from ..errors import ConfigError
from ..nearest import suggestion
from .problems import Key, explain, problem, refuse
from .secrets import SPELLING, look_up, reference
from .sections import Configuration, PartSection

T = TypeVar("T")


@dataclass(slots=True)
class _Filling:
    """One walk over raw settings, collecting what is wrong."""

    file: Path
    under: Sequence[Key]
    wrong: list[str] = field(default_factory=list)

    def say(self, path: Sequence[Key], message: str) -> None:
        self.wrong.append(problem(self.file, [*self.under, *path], message))

    def fill(self, kind: Any, raw: Any, path: list[Key]) -> Any:
        """`raw` as `kind` needs it: references looked up, paths made absolute."""
        kinds = _kinds(kind)
        models = [one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)]
        if SecretStr in kinds and raw is not None:
            return self._secret(raw, path)
        if isinstance(raw, Mapping):
            if models:
                return self._fields(models, raw, path)
            inner = _inner(kind, Mapping)
            return {key: self.fill(inner, value, [*path, str(key)]) for key, value in raw.items()}
        if isinstance(raw, list):
            inner = _inner(kind, Sequence)
            return [self.fill(inner, value, [*path, i]) for i, value in enumerate(raw)]
        if Path in kinds and isinstance(raw, str):
            return str(self.file.parent / Path(raw).expanduser())
        return raw

    def _secret(self, raw: Any, path: Sequence[Key]) -> Any:
        found = reference(raw)
        if found is None:
            self.say(path, f"a secret must not stand here; {SPELLING}")
            return SecretStr("")
        try:
            return look_up(found, self.file.parent)
        except ConfigError as exc:
            self.say(path, str(exc))
            return SecretStr("")

    def _fields(
        self, models: Sequence[type[BaseModel]], raw: Mapping[Any, Any], path: list[Key]
    ) -> dict[str, Any]:
        known = {name: f for model in models for name, f in model.model_fields.items()}
        out: dict[str, Any] = {}
        for key, value in raw.items():
            if key not in known:
                hint = suggestion(str(key), known)
                have = f" (there are {', '.join(sorted(known))})"
                self.say([*path, str(key)], f"there is no such key{hint}{have}")
                continue
            out[key] = self.fill(known[key].annotation, value, [*path, key])
        return out


def _kinds(annotation: Any) -> set[Any]:
    """The types in an annotation such as `Annotated[SecretStr, ...] | None`."""
    args = [arg for arg in get_args(annotation) if arg is not ...]
    if not args or _is_container(annotation):
        return {annotation}
    return set().union(*(_kinds(arg) for arg in args))


def _is_container(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", None)
    return isinstance(origin, type) and issubclass(origin, Mapping | Sequence | set | frozenset)


def _inner(annotation: Any, shape: type[Any]) -> Any:
    """What a mapping or sequence in an annotation holds."""
    for kind in _kinds(annotation):
        origin = getattr(kind, "__origin__", None)
        if isinstance(origin, type) and issubclass(origin, shape):
            return next((a for a in reversed(get_args(kind)) if a is not ...), object)
    return object


def typed(
    model: type[BaseModel], raw: Mapping[str, Any], file: Path, under: Sequence[Key]
) -> BaseModel:
    """Raw settings as `model`. Raises ConfigError naming file and key path; no secret is shown."""
    filling = _Filling(file, under)
    filled = filling.fill(model, raw, [])
    refuse(filling.wrong)
    try:
        return model.model_validate(filled)
    except ValidationError as exc:
        raise ConfigError("\n".join(explain(exc, model, file, under))) from None


def system_settings(found: Configuration, system: str, spec: ConnectorSpec) -> BaseModel:
    """The settings of one system in its connector's own model. Looks secrets up now."""
    under = ("systems", system, "settings")
    return typed(spec.settings, found.systems[system].settings, found.path, under)


def connector_of(
    found: Configuration, system: str, specs: Mapping[str, ConnectorSpec]
) -> ConnectorSpec:
    """The connector a system names. Raises ConfigError with the nearest one there is."""
    name = found.systems[system].connector
    return _named(specs, name, found, ("systems", system, "connector"), "connector")


def policy_called(
    found: Configuration, name: str, policies: Mapping[str, Policy], path: Sequence[Key]
) -> Policy:
    """The policy with this name. Raises ConfigError with the nearest one there is."""
    return _named(policies, name, found, path, "policy")


def build(
    found: Configuration, part: PartSection, offers: Mapping[str, Offer[T]], path: Sequence[Key]
) -> T:
    """The scorer, gate or enricher a part names, made from its settings. Raises ConfigError."""
    offer = _named(offers, part.use, found, [*path, "use"], "part")
    return offer.build(typed(offer.settings, part.settings, found.path, path))


def _named(
    there: Mapping[str, T], name: str, found: Configuration, path: Sequence[Key], kind: str
) -> T:
    if name in there:
        return there[name]
    have = ", ".join(sorted(there)) or "none"
    hint = suggestion(name, there)
    message = f"there is no {kind} {name!r}{hint} (there are {have})"
    raise ConfigError(problem(found.path, path, message))
