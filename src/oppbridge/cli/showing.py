"""Shows answers: as JSON with stable keys, or as tables for people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Progress = Callable[[str, str, str, int], None]


def show(json: bool, data: Any, tell: Callable[[], None]) -> None:
    """Print `data` as JSON, or let `tell` say it."""
    if json:
        print_json(data)
    else:
        tell()


def print_json(data: Any) -> None:
    """Print plain data as JSON, keys sorted."""
    import orjson

    text = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    sys.stdout.write(text.decode() + "\n")


def say(text: str) -> None:
    """One line for people; what looks like markup in it is text."""
    sys.stdout.write(plain(text) + "\n")


def plain(text: str) -> str:
    """The text with control characters spelled out: no system's data may steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; empty cells for None."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        out.add_row(*(Text("" if cell is None else plain(str(cell))) for cell in row))
    _console().print(out)


def _console() -> Any:
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not terminal, width=None if terminal else 200)


@contextmanager
def progress(json: bool) -> Iterator[Progress | None]:
    """Bars for long work, on a terminal only; None elsewhere."""
    if json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[tuple[str, str, str], Any] = {}

        def advance(stage: str, system: str, entity: str, count: int) -> None:
            key = (stage, system, entity)
            if key not in tasks:
                told = " ".join(part for part in key if part)
                tasks[key] = bars.add_task(told, total=None)
            bars.advance(tasks[key], count)

        yield advance


def fields(changes: Mapping[str, Any]) -> str:
    """The fields of a write in one cell: `phone: '1' -> '2' (latest: sales)`."""
    return "\n".join(
        f"{path}: {one.before!r} -> {one.after!r}" + (f" ({one.why})" if one.why else "")
        for path, one in changes.items()
    )
