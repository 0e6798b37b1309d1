"""A dlt pipeline with a custom destination that posts accounts, with dlt's own request retries.

python dlt_rows.py URL COUNT SIZE: SIZE accounts a call, one by one when it is 1.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import dlt
from dlt.sources.helpers import requests

HEADERS = {"Authorization": "Bearer measured"}
KIND = {"@odata.type": "Microsoft.Dynamics.CRM.account"}


def main(url: str, count: int, size: int) -> None:
    """Create the accounts; raises what dlt raises once it gives up."""
    root = f"{url}/api/data/v9.2/accounts"

    @dlt.destination(batch_size=size, name="accounts", naming_convention="direct")
    def post(items: list[dict[str, Any]], table: Any) -> None:
        rows = [{"name": item["name"]} for item in items]
        if size == 1:
            answer = requests.post(root, json=rows[0], headers=HEADERS)
        else:
            body = {"Targets": [KIND | row for row in rows]}
            many = f"{root}/Microsoft.Dynamics.CRM.CreateMultiple"
            answer = requests.post(many, json=body, headers=HEADERS)
        answer.raise_for_status()

    def companies() -> Iterator[dict[str, Any]]:
        for number in range(count):
            yield {"name": f"Company {number}"}

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("accounts", pipelines_dir=folder, destination=post)
        pipeline.run(companies(), table_name="accounts")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
