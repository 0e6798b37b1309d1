"""The Python API, put together: a configuration, its plugins and its store behind one object."""

from .bridge import Bridge

__all__ = ["Bridge"]
