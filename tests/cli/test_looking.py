"""check, map check, plugins, init, plugins' commands: each bad case has its message and code."""

from dataclasses import replace

import pytest

from oppbridge.errors import AccessDenied, Unavailable


def test_check_proves_every_system(world):
    found = world.json("check")
    assert world.code == 0
    assert {one["system"] for one in found} == {"north", "south"}
    assert "all is well" in world("check").out


@pytest.mark.parametrize(
    ("error", "code"), [(AccessDenied("wrong secret"), 3), (Unavailable("no such host"), 4)]
)
def test_check_names_the_system_and_the_kind_of_trouble(world, error, code):
    world.trouble["south"] = error
    found = world.json("check")
    assert world.code == code
    [bad] = [one for one in found if one["severity"] == "error"]
    assert bad["system"] == "south"
    assert str(error) in bad["message"]
    world("run", "both")
    assert world.code == code
    assert world.err == f"oppbridge: {error}\n"


def test_map_check_proves_one_system(world):
    found = world.json("map", "check", "south", "account")
    assert world.code == 0
    assert all(one["severity"] != "error" for one in found)
    world("map", "check", "west")
    assert world.code == 2
    assert "there is no system 'west'" in world.err


def test_plugins_are_listed_with_their_hooks(world):
    found = world.json("plugins")
    assert world.code == 0
    [pocket] = [one for one in found["plugins"] if one["name"] == "pocket"]
    assert pocket["loaded"]
    assert "oppbridge_connectors" in pocket["hooks"]
    assert "pocket" in world("plugins").out


def test_plugins_that_fail_are_named(world):
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text().replace("[pocket]", "[pocket, pokcet]"))
    found = world.json("plugins")
    assert world.code == 1
    assert "did you mean 'pocket'" in found["problems"][0]


def test_a_plugins_command_is_a_command(world):
    world("hello", "--loudly", "world")
    assert world.code == 0
    assert world.out == "hello --loudly world\n"


def test_an_unknown_command_is_a_usage_error(world):
    world("helo")
    assert world.code == 2
    assert "helo" in world.err


def test_an_unknown_flow_gets_the_nearest_name(world):
    world("run", "botth")
    assert world.code == 2
    assert "there is no flow 'botth'; did you mean 'both'" in world.err


def test_a_bad_configuration_is_told_in_one_line_each(world):
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text().replace("policy: ask", "polcy: ask"))
    world("run", "both")
    assert world.code == 2
    assert (
        "flows.both.entities.account.polcy: there is no such key; did you mean 'policy'"
        in world.err
    )
    assert "Traceback" not in world.err


def test_a_missing_configuration_is_a_usage_error(shell):
    shell("status")
    assert shell.code == 2
    assert "oppbridge.yaml" in shell.err


def test_an_unknown_policy_gets_the_nearest_name(world):
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text().replace("policy: ask", "policy: lates"))
    world("run", "both")
    assert world.code == 2
    assert "there is no policy 'lates'; did you mean 'latest'" in world.err


def test_a_defect_keeps_its_traceback_for_debug(world):
    world.trouble["south"] = ZeroDivisionError("oops")
    world("run", "both")
    assert world.code == 70
    assert "ZeroDivisionError: oops" in world.err
    assert "Traceback" not in world.err
    world("--debug", "run", "both")
    assert "Traceback" in world.err


def test_init_writes_an_example_and_never_overwrites(shell):
    assert shell.json("init") == {"written": "oppbridge.yaml"}
    assert shell.code == 0
    shell("status")
    assert shell.code == 0
    shell("init")
    assert shell.code == 2
    assert "exists" in shell.err


def test_the_version_is_told(shell):
    import oppbridge

    assert shell("--version").out == f"oppbridge {oppbridge.__version__}\n"


def test_a_wrong_command_line_says_where_its_help_is(shell):
    shell("run")
    assert shell.code == 2
    assert shell.err == "oppbridge: Missing argument 'flow' (see `oppbridge run --help`)\n"


def test_nothing_asked_is_answered_with_the_help(shell):
    shell()
    assert shell.code == 2
    assert shell.err.startswith("Usage: oppbridge")
    assert "Exit codes: 0 done;" in shell.err


def narrowed(world):
    """Somebody shortens a column of the north."""
    crm = world.crms["north"]
    table = crm.dialect.kinds["companies"]
    title = replace(table.columns["title"], length=12)
    companies = replace(table, columns={**table.columns, "title": title})
    crm.dialect = replace(crm.dialect, kinds={**crm.dialect.kinds, "companies": companies})


def test_a_table_that_changed_stops_a_run_until_it_is_accepted(world):
    world("check")
    narrowed(world)
    world.add()
    world("run", "both")
    assert world.code == 2
    assert "companies.title" in world.out + world.err
    assert "oppbridge check --accept" in world.out + world.err
    assert world("check").code == 1
    assert world("check", "--accept").code == 1, "the map itself says more than the column holds"
    assert "accepted" in world.out
    assert world("run", "both").code == 0
    assert [row["Name"] for row in world.crms["south"].rows("companies")] == ["Contoso"]
