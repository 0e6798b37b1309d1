"""Hooks: the connections to systems that Airflow keeps."""

from __future__ import annotations

from .system import SystemHook

__all__ = ["SystemHook"]
