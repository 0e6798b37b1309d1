"""Secrets by reference: an environment variable, a file, or an Airflow connection's password.

A reference says where the secret is; it is looked up when a system is opened, and never shown.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from ..errors import ConfigError, never_say

LIMIT = 64 * 1024  # bytes of a secret file
SPELLING = "give a reference: {env: NAME}, {file: PATH} or airflow:CONNECTION"


class _Reference(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FromEnvironment(_Reference):
    """`{env: NAME}`."""

    env: str = Field(min_length=1)


class FromFile(_Reference):
    """`{file: PATH}`, relative to the configuration's folder."""

    file: Path


FromAirflow = Annotated[str, StringConstraints(pattern=r"^airflow:[A-Za-z0-9_.-]{1,200}$")]
Reference = FromEnvironment | FromFile | FromAirflow


def reference(raw: Any) -> Reference | None:
    """The reference that a configuration value spells; None when it spells none."""
    from pydantic import TypeAdapter, ValidationError

    try:
        found: Reference = TypeAdapter(Reference).validate_python(raw)
    except ValidationError:
        return None
    return found


def look_up(found: Reference, home: Path) -> SecretStr:
    """The secret a reference leads to. Raises ConfigError that tells where it looked, not what."""
    secret = _secret(found, home)
    text = secret.get_secret_value()
    never_say(text, quote(text, safe=""), json.dumps(text)[1:-1])  # as URLs and JSON spell it too
    return secret


def _secret(found: Reference, home: Path) -> SecretStr:
    if isinstance(found, FromEnvironment):
        value = os.environ.get(found.env)
        if not value:
            raise ConfigError(f"environment variable {found.env} is not set")
        return SecretStr(value)
    if isinstance(found, FromFile):
        return _from_file(home / found.file)
    return _from_airflow(found.removeprefix("airflow:"))


def _from_file(path: Path) -> SecretStr:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(LIMIT + 1)
    except OSError as exc:
        raise ConfigError(f"secret file {path} cannot be read: {exc.strerror}") from exc
    if mode & (stat.S_IWGRP | stat.S_IRWXO):
        raise ConfigError(f"secret file {path} is open to others; `chmod 600` it")
    if len(content) > LIMIT:
        raise ConfigError(f"secret file {path} is larger than {LIMIT} bytes")
    try:
        text = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(f"secret file {path} is not UTF-8 text") from None
    if not text:
        raise ConfigError(f"secret file {path} is empty")
    return SecretStr(text)


def _from_airflow(connection: str) -> SecretStr:
    try:
        from airflow.sdk import Connection
    except ImportError:
        raise ConfigError(f"airflow:{connection} needs Airflow, which is not installed") from None
    password = Connection.get(connection).password
    if not password:
        raise ConfigError(f"Airflow connection {connection} has no password")
    return SecretStr(password)
