"""A running sandbox and a session that trusts it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from oppbridge.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        yield running


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False  # REQUESTS_CA_BUNDLE would win over our CA
        opened.verify = str(sandbox.ca_file)
        yield opened
