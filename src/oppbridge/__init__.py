"""OppBridge keeps opportunities and what belongs to them the same in every system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bridge import Bridge
    from .hookspecs import hookimpl

__version__ = "0.1.0"
__all__ = ["Bridge", "__version__", "hookimpl"]


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: `import oppbridge` stays light."""
    if name == "Bridge":
        from .bridge import Bridge

        return Bridge
    if name == "hookimpl":
        from .hookspecs import hookimpl

        return hookimpl
    raise AttributeError(f"module 'oppbridge' has no attribute {name!r}")
