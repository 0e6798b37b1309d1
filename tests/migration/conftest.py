"""A folder to migrate from; secrets that are put into the environment are taken out again."""

from __future__ import annotations

import pytest

from tests.docs.worlds import SECRETS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, "")
    return tmp_path
