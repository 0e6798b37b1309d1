"""The Prefer header: page size, annotations, representation, tracking, going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..odata.options import split_outside

PAGE = 5000
FORMATTED = "OData.Community.Display.V1.FormattedValue"
TARGET = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


@dataclass(frozen=True, slots=True)
class Prefer:
    """What the caller prefers; `page` is None without a wish."""

    page: int | None = None
    annotations: tuple[str, ...] = ()
    representation: bool = False
    tracking: bool = False
    go_on: bool = False

    def annotated(self, name: str) -> bool:
        """Whether the annotation was asked for, by name or by `*`."""
        return any(
            p in ("*", name) or (p.endswith("*") and name.startswith(p[:-1]))
            for p in self.annotations
        )

    def applied(self) -> dict[str, str]:
        """The Preference-Applied header of what was honoured."""
        parts = []
        if self.page is not None:
            parts.append(f"odata.maxpagesize={self.page}")
        if self.annotations:
            parts.append(f'odata.include-annotations="{",".join(self.annotations)}"')
        if self.representation:
            parts.append("return=representation")
        if self.tracking:
            parts.append("odata.track-changes")
        if self.go_on:
            parts.append("odata.continue-on-error")
        return {"Preference-Applied": ",".join(parts)} if parts else {}


def read_prefer(headers: Mapping[str, str]) -> Prefer:
    """The preferences of a request; unknown ones are passed over."""
    page: int | None = None
    annotations: tuple[str, ...] = ()
    flags: set[str] = set()
    for part in _parts(headers.get("prefer", "")):
        name, _, value = part.partition("=")
        name, value = name.strip().lower(), value.strip().strip('"')
        if name == "odata.maxpagesize" and value.isdigit():
            page = max(1, min(PAGE, int(value)))
        elif name == "odata.include-annotations":
            annotations = tuple(p.strip() for p in value.split(",") if p.strip())
        else:
            flags.add(part.strip().lower())
    return Prefer(
        page,
        annotations,
        "return=representation" in flags,
        "odata.track-changes" in flags,
        bool(
            {"odata.continue-on-error", "odata.continue-on-error=true", "continue-on-error"} & flags
        ),
    )


def _parts(text: str) -> list[str]:
    # split_outside knows single quotes; the annotation list is in double ones.
    return [part.replace("'", '"') for part in split_outside(text.replace('"', "'"), ",")]
