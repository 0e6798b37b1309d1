"""The public lists, and that nothing heavy is imported before it is asked for."""

import importlib
import subprocess
import sys

import pytest

PUBLIC = {
    "oppbridge": {"Bridge", "__version__", "hookimpl"},
    "oppbridge.bridge": {"Bridge"},
    "oppbridge.config": {
        "Configuration", "EntitySection", "FieldRule", "Filter", "FlowSection", "MatchSection",
        "PartSection", "Participant", "SystemSection", "build", "compile_filter", "connector_of", "load",
        "policy_called", "store_keys", "store_url", "system_settings",
    },
    "oppbridge.engine": None,
    "oppbridge.mapping": None,
    "oppbridge.records": None,
    "oppbridge.scoring": None,
    "oppbridge.store": None,
    "oppbridge.kit": None,
    "oppbridge.sandbox": None,
}  # fmt: skip
HEAVY = {
    "aiohttp", "airflow", "alembic", "hypothesis", "msal", "numpy", "orjson", "pyarrow", "pydantic",
    "pytest", "requests", "rich", "ruamel", "sqlalchemy", "tenacity", "typer", "xxhash",
}  # fmt: skip
FOR_HELP = {"typer", "rich"}


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_listed_and_exists(name):
    module = importlib.import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    assert all(hasattr(module, one) for one in module.__all__)
    if PUBLIC[name] is not None:
        assert set(module.__all__) == PUBLIC[name]


def loaded_by(code):
    """The top-level modules a fresh interpreter has loaded after `code`."""
    told = f"{code}\nimport sys\nprint('\\n', *sorted({{n.split('.')[0] for n in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_importing_oppbridge_loads_nothing_heavy():
    assert loaded_by("import oppbridge").isdisjoint(HEAVY)


def test_help_loads_nothing_but_what_shows_it():
    code = "from oppbridge.cli import run\nrun(['--help'])"
    assert loaded_by(code) & HEAVY <= FOR_HELP


def test_a_plugin_module_loads_no_client():
    code = "from oppbridge import hookimpl\nfrom oppbridge.contract import ConnectorSpec"
    assert loaded_by(code) & HEAVY <= {"pydantic"}


@pytest.mark.parametrize("connector", ["dataverse", "scm", "files"])
def test_introducing_a_connector_loads_no_client(connector):
    code = f"from oppbridge.connectors.{connector} import SPEC"
    heavy = loaded_by(code) & HEAVY
    assert heavy <= {"pydantic"}, heavy
