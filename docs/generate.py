"""Writes the reference pages that are generated from the code: `make docs`."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

HERE = Path(__file__).parent / "reference"
SOURCE = Path(__file__).parents[1] / "src/oppbridge"
NOTE = "<!-- Written by docs/generate.py: change the code, then `make docs`. -->"


def pages() -> dict[str, Callable[[], Iterator[str]]]:
    """Every generated page and what writes its lines."""
    return {
        "airflow.md": operators,
        "command-line.md": command_line,
        "configuration.md": configuration,
        "connectors.md": connectors,
        "errors.md": errors,
        "hooks.md": hooks,
        "parts.md": parts,
        "records.md": records,
    }


def text_of(name: str) -> str:
    """A whole page."""
    return "\n".join([NOTE, "", *pages()[name]()]).rstrip() + "\n"


def _doc(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def operators() -> Iterator[str]:
    """Every operator with its parameters. Read from the source: importing needs Airflow."""
    yield "# Airflow: operators"
    yield ""
    yield "All of them take `flow` and `config` beside what every operator of Airflow takes, and return"
    yield "counts and references, never records. `from oppbridge.airflow.operators import ...`"
    for path in sorted((SOURCE / "airflow/operators").glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Operator"):
                prose, *parameters = inspect.cleandoc(ast.get_docstring(node) or "").split(
                    ":param "
                )
                yield from ("", f"## {node.name}", "", prose.strip(), "")
                for one in parameters:
                    name, _, told = one.partition(":")
                    yield f"- `{name}`: {' '.join(told.split())}"


def command_line() -> Iterator[str]:
    """Every command with its help, and the exit codes."""
    from typer.main import get_command

    from oppbridge.cli.app import build
    from oppbridge.cli.codes import Code

    group: Any = get_command(build())
    yield "# Command line"
    yield ""
    yield "Every command that prints takes `--json`. The configuration is `--config`, else"
    yield "`OPPBRIDGE_CONFIG`, else `oppbridge.yaml`. `oppbridge --debug COMMAND`, or"
    yield "`OPPBRIDGE_DEBUG=1`, keeps the traceback of an error."
    yield ""
    for name, command in _commands(group, ""):
        yield f"## oppbridge {name}"
        yield ""
        yield str(command.help or "").strip()
        yield ""
        yield "| | | |"
        yield "| --- | --- | --- |"
        for parameter in command.params:
            if parameter.name == "help":
                continue
            kind = "option" if parameter.param_type_name == "option" else "argument"
            names = ", ".join(f"`{one}`" for one in parameter.opts)
            if kind == "argument":
                names = f"`{parameter.name.upper()}`"
            yield f"| {names} | {kind} | {getattr(parameter, 'help', '') or ''} |"
        yield ""
    yield "## Exit codes"
    yield ""
    yield "| code | meaning |"
    yield "| --- | --- |"
    for line in inspect.getsource(Code).splitlines():
        if "=" in line and "#" in line:
            _, _, rest = line.partition("=")
            number, _, meaning = rest.partition("#")
            yield f"| {number.strip()} | {meaning.strip()} |"


def _commands(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def configuration() -> Iterator[str]:
    """Every key of the configuration file."""
    from oppbridge.config import Configuration
    from oppbridge.config.filters import FUNCTIONS

    yield "# Configuration"
    yield ""
    yield "One YAML file. Paths in it are relative to its folder; keys that do not exist are refused,"
    yield "with the nearest one that does. A complete example is `config/oppbridge.yaml`, which"
    yield "`oppbridge init` writes."
    yield ""
    yield "A secret is a reference, looked up when a system is opened: `{env: NAME}`, `{file: PATH}`"
    yield "(the file must be closed to others), or `airflow:CONNECTION` (its password)."
    yield ""
    seen: set[type[BaseModel]] = set()
    yield from _section(Configuration, "", seen)
    yield "## Filters"
    yield ""
    yield "A filter is an expression over the record's fields, such as `status == 'active' and"
    yield "amount(revenue) > 1000`. It may use `and or not`, comparisons, `in`, `+ - * /`, lists,"
    functions = ", ".join(f"`{name}`" for name in sorted([*FUNCTIONS, "custom"]))
    yield f"`None`, and the functions {functions}. A comparison with an empty field is not true. A"
    yield "record that it cannot judge becomes a dead letter."


def _section(model: type[BaseModel], path: str, seen: set[type[BaseModel]]) -> Iterator[str]:
    seen.add(model)
    yield f"## {path or 'The file'}"
    yield ""
    yield _doc(model)
    yield ""
    yield from _table(model)
    yield ""
    for name, field in model.model_fields.items():
        for kind in _models(field.annotation):
            if kind not in seen and kind.__module__.startswith("oppbridge.config.sections"):
                step = f"{path}.{name}" if path else name
                origin = get_origin(field.annotation)
                if isinstance(origin, type) and issubclass(origin, tuple):
                    step += "[]"
                elif origin is not None and not _is_union(field.annotation):
                    step += ".NAME"
                yield from _section(kind, step, seen)


def _table(model: type[BaseModel]) -> Iterator[str]:
    notes = _attribute_notes(model)
    yield "| key | type | what it is | default |"
    yield "| --- | --- | --- | --- |"
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        kind = _spelled(field.annotation).replace("|", "or")
        told = " ".join((field.description or notes.get(name, "")).split()).replace("|", "\\|")
        yield f"| `{name}` | {kind} | {told} | {_default(field)} |"


def _spelled(annotation: Any) -> str:
    """A type in words a YAML writer knows."""
    words = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    words |= {
        "Any": "anything",
        "SecretStr": "secret",
        "Path": "path",
        "timedelta": "duration",
        "NoneType": "",
    }
    if hasattr(annotation, "__metadata__"):
        return _spelled(get_args(annotation)[0])
    if _is_union(annotation):
        names = [getattr(arg, "__name__", "") for arg in get_args(annotation)]
        told = [_spelled(arg) for arg in get_args(annotation)]
        if "FromEnvironment" in names:
            told = [*(["text"] if "str" in names else []), "reference"]
        return " or ".join(dict.fromkeys(one for one in told if one))
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is None:
        name = getattr(annotation, "__name__", str(annotation))
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        return "section" if is_model else words.get(name, name)
    if str(origin) == "typing.Literal":
        return " or ".join(f"`{arg}`" for arg in args)
    if issubclass(origin, Mapping):
        return f"{_spelled(args[1])} by name"
    return f"list of {_spelled(args[0])}"


def _attribute_notes(model: type[BaseModel]) -> dict[str, str]:
    """The strings that stand under a model's fields."""
    import ast

    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    found: dict[str, str] = {}
    waiting: list[str] = []
    for node in tree.body[0].body:  # type: ignore[attr-defined]
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            waiting.append(node.target.id)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and waiting:
            found.update(dict.fromkeys(waiting[-1:], str(node.value.value)))
    return found


def _default(field: Any) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, BaseModel) or len(str(value)) > 60:
        return "see below" if isinstance(value, BaseModel) else "built in"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models(arg)]


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def connectors() -> Iterator[str]:
    """The built-in connectors: settings, entities, promises."""
    from oppbridge.plugins import Plugins

    yield "# Built-in connectors"
    yield ""
    for name, spec in sorted(Plugins().connectors().items()):
        yield f"## {name}"
        yield ""
        yield _doc(spec.settings)
        yield ""
        yield from _table(spec.settings)
        yield ""
        yield from _inner(spec.settings, name)
        yield f"Maps: {', '.join(sorted(spec.maps)) or 'none of its own; give yours under `maps`'}."
        yield ""
        promised = sorted(trait.value for trait in spec.traits)
        yield f"Promises: {', '.join(promised) or 'none'}."
        for entity, taken in sorted(spec.narrowed.items()):
            yield f"Not for {entity}: {', '.join(sorted(trait.value for trait in taken))}."
        yield ""


def _inner(model: type[BaseModel], path: str) -> Iterator[str]:
    """The sections inside a model."""
    for key, field in model.model_fields.items():
        for inner in _models(field.annotation):
            yield f"### {path}: {key}"
            yield ""
            yield _doc(inner)
            yield ""
            yield from _table(inner)
            yield ""
            yield from _inner(inner, f"{path}: {key}")


def errors() -> Iterator[str]:
    """The error tree."""
    from oppbridge import errors as module

    yield "# Errors"
    yield ""
    yield "```text"
    yield _doc(module)
    yield "```"
    yield ""
    yield "| error | meaning |"
    yield "| --- | --- |"
    for name, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, module.OppBridgeError):
            yield f"| `{name}` | {_doc(kind)} |"


def hooks() -> Iterator[str]:
    """Every hook with its example, and the values watchers get."""
    from oppbridge import hookspecs

    yield "# Hooks"
    yield ""
    yield _doc(hookspecs)
    yield ""
    yield "`OPPBRIDGE_TRACE_HOOKS=1` prints every call of a hook with its answer."
    yield ""
    for name in sorted(name for name in dir(hookspecs.Hooks) if name.startswith("oppbridge_")):
        function = getattr(hookspecs.Hooks, name)
        (argument,) = [one for one in inspect.signature(function).parameters if one != "self"]
        prose, _, example = _doc(function).partition("@hookimpl")
        yield f"## {name}({argument})"
        yield ""
        yield " ".join(prose.split())
        yield ""
        yield "```text"
        indent = prose[len(prose.rstrip(" ")) :]
        yield textwrap.dedent(f"{indent}@hookimpl{example}").rstrip()
        yield "```"
        yield ""
    yield "## Values"
    yield ""
    values = (hookspecs.Host, hookspecs.Command, hookspecs.Twin, hookspecs.Settled)
    for kind in (*values, *get_args(hookspecs.Event)):
        spelled = f"`{kind.__name__}({', '.join(kind.__dataclass_fields__)})`"
        yield f"- {spelled}: {' '.join(_doc(kind).split())}"


def parts() -> Iterator[str]:
    """Policies, scorers, gates and enrichers by name, with their settings."""
    from oppbridge.plugins import Plugins

    plugins = Plugins()
    yield "# Policies, scorers, gates and enrichers"
    yield ""
    yield "A policy settles a field that two systems changed. The others are named with `use`."
    yield ""
    yield "## Policies"
    yield ""
    yield "| policy | what it does |"
    yield "| --- | --- |"
    for name, policy in plugins.policies().items():
        yield f"| `{name}` | {' '.join(_doc(policy).split())} |"
    yield ""
    kinds: dict[str, Mapping[str, Any]] = {
        "Scorers": plugins.scorers(),
        "Gates": plugins.gates(),
        "Enrichers": plugins.enrichers(),
    }
    for heading, offers in kinds.items():
        yield f"## {heading}"
        yield ""
        for name, offer in offers.items():
            yield f"### {name}"
            yield ""
            yield _doc(offer.settings)
            yield ""
            yield from _table(offer.settings)
            yield ""


def records() -> Iterator[str]:
    """Every entity with its fields."""
    from oppbridge.records import ENTITIES
    from oppbridge.records.values import collections, personal

    yield "# Records"
    yield ""
    yield "Every field may be empty. Money is an amount and a currency, as in `1200.5 EUR`; days and"
    yield "instants are ISO 8601, instants in UTC. Fields of your own are `custom.NAME`."
    yield ""
    for entity, model in ENTITIES.items():
        yield f"## {entity}"
        yield ""
        yield _doc(model)
        yield ""
        names = [f"`{name}`" for name in model.model_fields if name != "custom"]
        yield ", ".join(names) + "."
        yield ""
        if marked := [f"`{name}`" for name in model.model_fields if name in personal(entity)]:
            yield f"Personal, with all fields of your own: {', '.join(marked)}."
            yield ""
        for name, part in collections(entity).items():
            inner = ", ".join(f"`{one}`" for one in part.model_fields)
            yield f"`{name}/*` ({_doc(part).rstrip('.').lower()}): {inner}."
            yield ""


def main() -> None:
    """Write every page."""
    for name in pages():
        (HERE / name).write_text(text_of(name), "utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
