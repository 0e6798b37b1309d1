"""A Singer target that posts accounts, on the SDK's own sinks; its messages come in by itself.

python singer_target.py URL COUNT SIZE: SIZE accounts a call, one by one when it is 1.
"""

from __future__ import annotations

import json
import sys
from typing import Any, ClassVar

import requests
from singer_sdk import Target
from singer_sdk import typing as th
from singer_sdk.sinks import BatchSink, RecordSink

HEADERS = {"Authorization": "Bearer measured"}
KIND = {"@odata.type": "Microsoft.Dynamics.CRM.account"}


def post(url: str, body: dict[str, Any]) -> None:
    """Post, and raise when it did not go through."""
    requests.post(url, json=body, headers=HEADERS, timeout=30).raise_for_status()


class OneByOne(RecordSink):
    """An account a call."""

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Create one."""
        post(f"{self.config['url']}/api/data/v9.2/accounts", {"name": record["name"]})


class InBatches(BatchSink):
    """Several accounts a call."""

    @property
    def max_size(self) -> int:
        """How many."""
        return int(self.config["size"])

    def process_batch(self, context: dict[str, Any]) -> None:
        """Create them."""
        many = "api/data/v9.2/accounts/Microsoft.Dynamics.CRM.CreateMultiple"
        rows = [KIND | {"name": record["name"]} for record in context["records"]]
        post(f"{self.config['url']}/{many}", {"Targets": rows})


class Accounts(Target):
    """The target."""

    name = "target-accounts"
    config_jsonschema: ClassVar = th.PropertiesList(
        th.Property("url", th.StringType), th.Property("size", th.IntegerType)
    ).to_dict()

    def get_sink_class(self, stream_name: str) -> type[OneByOne | InBatches]:
        """By one or by many."""
        return OneByOne if self.config["size"] == 1 else InBatches


def messages(count: int) -> str:
    """What a tap would say."""
    schema = {"properties": {"name": {"type": "string"}}}
    said: list[dict[str, Any]] = [
        {"type": "SCHEMA", "stream": "accounts", "schema": schema, "key_properties": ["name"]}
    ]
    for number in range(count):
        record = {"name": f"Company {number}"}
        said.append({"type": "RECORD", "stream": "accounts", "record": record})
    said.append({"type": "STATE", "value": {"done": count}})
    return "\n".join(map(json.dumps, said)) + "\n"


def main(url: str, count: int, size: int) -> None:
    """Let the target read the messages; raises what the SDK raises."""
    import io

    target = Accounts(config={"url": url, "size": size})
    target.listen(io.StringIO(messages(count)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
