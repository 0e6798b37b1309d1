"""When a task is tried again: as the service said, as the task says, or not at all."""

import pytest

pytestmark = pytest.mark.integration
CASES = {
    "Throttled('later', 25.0)": ["retry", 25.0],
    "Throttled('much later', 90000.0)": ["retry", 3600.0],
    "Unavailable('away')": ["default", None],
    "Unsure('who knows')": ["default", None],
    "ConfigError('wrong')": ["fail", None],
    "AccessDenied('no')": ["fail", None],
    "SchemaDrift('gone')": ["fail", None],
    "Invalid('bad')": ["fail", None],
    "ValueError('a defect')": ["default", None],
}


def test_each_kind_of_error_is_met_as_it_should_be(ground):
    script = (
        "import json\n"
        "from oppbridge.errors import *\n"
        "from oppbridge.airflow.retry import RetryAfterPolicy\n"
        "made = RetryAfterPolicy.deserialize(RetryAfterPolicy().serialize())\n"
        f"cases = {list(CASES)!r}\n"
        "found = {}\n"
        "for text in cases:\n"
        "    one = made.evaluate(eval(text), 1, 4)\n"
        "    delay = one.retry_delay.total_seconds() if one.retry_delay else None\n"
        "    found[text] = [one.action.value, delay]\n"
        "print(json.dumps(found))\n"
    )
    assert ground.asked("-c", script) == CASES


def test_a_connection_is_tested_by_signing_in(ground):
    ready = ground.sandbox.ready()
    script = (
        "import json, os\n"
        "from oppbridge.airflow.hooks import SystemHook\n"
        "print(json.dumps([SystemHook(name).test_connection() for name in ('one', 'two')]))\n"
    )
    import json

    made = {
        "conn_type": "oppbridge_dataverse",
        "host": ready["services"]["dataverse"],
        "login": ready["client_id"],
        "password": ready["client_secret"],
        "extra": {
            "tenant": ready["tenant"],
            "authority": ready["services"]["login"],
            "ca_file": str(ready["ca_file"]),
        },
    }
    ground.more |= {
        "AIRFLOW_CONN_ONE": json.dumps(made),
        "AIRFLOW_CONN_TWO": json.dumps(made | {"password": "not the secret"}),
    }
    [one, two] = ground.asked("-c", script)
    assert one[0] is True, one
    assert "signed in" in one[1]
    assert two[0] is False
    assert "not the secret" not in two[1]
