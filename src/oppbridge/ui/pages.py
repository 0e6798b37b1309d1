"""Turns plain data into pages: templates that escape everything, one stylesheet, no script."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

UID = 36
MINUTE, HOUR, DAY = 60, 3600, 86400


class Pages:
    """The templates, ready."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("oppbridge.ui"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._templates.filters |= {"value": value, "ago": ago, "span": span, "brief": brief}

    def show(self, name: str, request: Request, *, code: int = 200, **told: Any) -> HTMLResponse:
        """A page by name, with what it tells."""
        given = {"root": request.scope.get("root_path", ""), "page": name, **told}
        return HTMLResponse(self._templates.get_template(f"{name}.html").render(given), code)


@cache
def stylesheet() -> str:
    """The one stylesheet."""
    return files("oppbridge.ui").joinpath("static/style.css").read_text(encoding="utf-8")


def value(one: Any) -> str | Markup:
    """A canonical value as people read it."""
    if one is None:
        return Markup('<span class="none">nothing</span>')
    if isinstance(one, bool):
        return "yes" if one else "no"
    return str(one)


def brief(path: str) -> str:
    """A path with the ids of parts cut to what tells them apart: `lines/3d7d7a6a/price`."""
    return "/".join(part[:8] if len(part) == UID else part for part in path.split("/"))


def span(seconds: float | None) -> str:
    """A length of time, in the largest unit that says enough."""
    if seconds is None:
        return ""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < DAY:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / DAY:.1f} days"


def ago(text: str | None) -> str:
    """How long ago a moment was."""
    if text is None:
        return "not yet"
    return f"{span((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds())} ago"
