"""DAG files: parsed without asking anybody, the same each time, refused where they cannot be read."""

import json

import pytest

pytestmark = pytest.mark.integration
FLOW = "quote-to-cash"
SYNC = {
    "observe_sales": ["decide"],
    "observe_scm": ["decide"],
    "decide": ["deliver_sales", "deliver_scm"],
    "deliver_sales": ["conclude"],
    "deliver_scm": ["conclude"],
    "conclude": [],
}


def test_every_dag_is_parsed_alone_and_alike(ground):
    told = ground.asked("-m", "tests.airflow.parsing")
    per_flow = {f"oppbridge_{what}__{FLOW}" for what in ("sync", "compare", "approve")}
    assert told["dags"].keys() == per_flow | {
        f"oppbridge_{what}" for what in ("migrate", "replay", "rescore", "health")
    }
    assert told["same"]
    assert told["dags"][f"oppbridge_sync__{FLOW}"]["tasks"] == SYNC
    for id, one in told["dags"].items():
        assert (id, one["alone"], one["catchup"]) == (id, 1, False)
    for task, count in told["dags"][f"oppbridge_sync__{FLOW}"]["retries"].items():
        assert (task, count) == (task, 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("flows: [", "no YAML"),
        ("", "is empty"),
        ("systems: {a: {connector: files}}", "'flows' is missing"),
        ("flows: {f: {entities: {}}}\nsystems: {a: {}}", "'entities' is missing or empty"),
        (
            (
                "flows: {f: {entities: {account: {systems: {a: {}}}}, schedule: {evry: x}}}\n"
                "systems: {a: {}}"
            ),
            "flows.f.schedule",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(ground, tmp_path, text, told):
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    script = (
        "from oppbridge.airflow.outline import outlines\n"
        "from oppbridge.errors import ConfigError\n"
        "import json, sys\n"
        "try: outlines(sys.argv[1])\n"
        "except ConfigError as exc: print(json.dumps(str(exc)))\n"
    )
    said = json.loads(ground.python("-c", script, str(bad)))
    assert told in said
    assert str(bad) in said


def test_the_provider_is_what_airflow_asks_of_one(ground):
    script = (
        "import json, jsonschema\n"
        "from importlib.resources import files\n"
        "from oppbridge.airflow.provider import get_provider_info\n"
        "schema = json.loads(files('airflow').joinpath('provider_info.schema.json').read_text())\n"
        "jsonschema.validate(get_provider_info(), schema)\n"
        "from airflow.providers_manager import ProvidersManager\n"
        "found = ProvidersManager()\n"
        "print(json.dumps(sorted(n for n in found.hooks if n.startswith('oppbridge'))))\n"
    )
    assert ground.asked("-c", script) == ["oppbridge_dataverse", "oppbridge_scm"]
