"""Microsoft's own Dataverse client creates accounts; its own retries are on, as they come.

python microsoft.py URL COUNT SIZE: SIZE accounts a call, one by one when it is 1.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient


class Local:
    """A token as the local system takes it."""

    def get_token(self, *scopes: str, **rest: Any) -> AccessToken:
        """Any token will do."""
        return AccessToken("measured", int(time.time()) + 3600)


def main(url: str, count: int, size: int) -> None:
    """Create the accounts."""
    rows = [{"name": f"Company {number}"} for number in range(count)]
    with DataverseClient(url, Local()) as client:
        for start in range(0, count, size):
            some = rows[start : start + size]
            client.records.create("account", some[0] if size == 1 else some)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
