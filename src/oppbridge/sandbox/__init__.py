"""Local HTTPS twins of Dynamics 365 Sales and Supply Chain Management, for tests and trials."""

from .running import Sandbox, serve

__all__ = ["Sandbox", "serve"]
