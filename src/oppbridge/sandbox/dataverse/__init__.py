"""The Dataverse twin: Dynamics 365 Sales as its Web API shows it."""

from .settings import Assumptions, Settings

__all__ = ["Assumptions", "Settings"]
