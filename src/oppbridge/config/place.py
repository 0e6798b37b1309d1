"""Where the store is, with its password put in."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import SecretStr

from ..errors import ConfigError
from .problems import problem
from .secrets import look_up
from .sections import Configuration

SQLITE = "sqlite:///"


def store_url(found: Configuration) -> SecretStr:
    """The store's address, absolute, password included. Raises ConfigError."""
    section = found.store
    try:
        if isinstance(section.url, str) and not section.url.startswith("airflow:"):
            url = section.url
        else:
            url = look_up(section.url, found.home).get_secret_value()
        if section.password is not None:
            url = _with_password(url, look_up(section.password, found.home))
    except (ConfigError, ValueError) as exc:
        raise ConfigError(problem(found.path, ("store",), str(exc))) from exc
    if url.startswith(SQLITE) and not url.startswith(SQLITE + ":memory:"):
        url = SQLITE + str((found.home / url.removeprefix(SQLITE)).absolute())
    return SecretStr(url)


def store_keys(found: Configuration) -> list[str]:
    """The keys the store is under, the one in use first. Raises ConfigError."""
    section, keys = found.store, []
    for at, key in enumerate((section.key, *section.old_keys) if section.key else ()):
        path = ("store", "key") if at == 0 else ("store", "old_keys", at - 1)
        try:
            keys.append(look_up(key, found.home).get_secret_value())
        except ConfigError as exc:
            raise ConfigError(problem(found.path, path, str(exc))) from exc
    return keys


def _with_password(url: str, password: SecretStr) -> str:
    parts = urlsplit(url)
    if not parts.username:
        raise ConfigError("a password is given, and the url names no user")
    host = parts.netloc.rpartition("@")[2]
    who = f"{parts.username}:{quote(password.get_secret_value(), safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{host}"))
