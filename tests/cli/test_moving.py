"""plan, run, apply, and the commands for what waits: told in words, in JSON and in exit codes."""

import pytest

from oppbridge.kit.faults import Fault


def test_a_run_moves_records_and_a_second_one_writes_nothing(world):
    world.add()
    report = world.json("run", "both")
    assert world.code == 0
    assert report["entities"]["account"]["south"]["created"] == 1
    assert report["outcome"] == "done"
    again = world.json("run", "both")
    assert again["entities"].get("account", {}).get("south", {}).get("created", 0) == 0
    assert world.code == 0


def test_a_run_tells_people_what_moved(world):
    world.add()
    told = world("run", "both").out
    assert "account" in told
    assert "created" in told
    assert "both: done, 1 writes" in told


def test_a_plan_shows_every_field_writes_nothing_and_can_be_applied_once(world):
    world.add()
    plan = world.json("plan", "both")
    assert world.code == 0
    [write] = plan["writes"]
    assert (write["system"], write["entity"], write["action"]) == ("south", "account", "create")
    assert write["fields"]["name"]["after"] == "Contoso"
    assert world.crms["south"].writes == 0
    report = world.json("apply", plan["digest"])
    assert report["entities"]["account"]["south"]["created"] == 1
    again = world.json("apply", plan["digest"])
    assert (world.code, again["outcome"], again["drifted"]) == (0, "done", [])
    assert world.crms["south"].writes == 1


def test_a_plan_is_told_with_the_words_to_apply_it(world):
    world.add()
    told = world("plan", "both").out
    assert "Contoso" in told
    assert "oppbridge apply " in told
    world("run", "both")
    assert "both: nothing to write" in world("plan", "both", "--entity", "account").out


def test_status_tells_the_last_run(world):
    before = world.json("status")
    assert before["flows"]["both"]["last"] is None
    world.add()
    world("run", "both")
    assert world.json("status")["flows"]["both"]["last"]["outcome"] == "done"
    assert "done" in world("status").out


def clash(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].edit("companies", key, {"phone": "1"})
    south = world.crms["south"]
    kind, column = _phone(world)
    [row] = south.rows(kind)
    south.edit(kind, row["id"], {column: "2"})
    world("run", "both")
    return key


def _phone(world):
    from oppbridge.kit.direct import direct_spec
    from oppbridge.kit.south import SOUTH
    from oppbridge.mapping import load_map

    found = load_map(direct_spec(SOUTH).maps["account"])
    return found.native, found.fields["phone"].at[0]


def test_a_clash_waits_for_a_person_and_follows_the_choice(world):
    clash(world)
    held = world.json("held")
    assert world.code == 5
    [question] = held
    assert question["action"] == "clash"
    world("approve", str(question["id"]))
    assert world.code == 2
    assert "clash" in world.err
    assert world.json("approve", str(question["id"]), "--choose", "south") == {"approved": 1}
    world("run", "both")
    assert world.crms["north"].rows("companies")[0]["phone"] == "2"
    assert world.json("held") == []
    assert world.code == 0


def test_a_deletion_waits_and_can_be_refused(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].remove("companies", key)
    world("run", "both")
    [write] = world.json("held")
    assert write["action"] == "delete"
    assert world.json("refuse", str(write["id"]), "--by", "ada") == {"refused": 1}
    assert world.json("held") == []
    world("run", "both")
    assert len(world.crms["south"].rows(_phone(world)[0])) == 1


def test_a_deletion_waits_and_can_be_approved(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].remove("companies", key)
    world("run", "both")
    [write] = world.json("held")
    world("approve", str(write["id"]))
    world("run", "both")
    assert world.crms["south"].rows(_phone(world)[0]) == []


def test_a_dead_letter_fails_the_run_and_can_be_tried_again_or_dropped(world):
    world.crms["north"].refuse = lambda kind, row: None
    world.add("REFUSE ME")
    south = world.crms["south"]
    report = world.json("run", "both")
    assert report["outcome"] == "dead"
    assert world.code == 1
    [letter] = world.json("dead")
    assert "REFUSE ME" in letter["why"]
    south.refuse = lambda kind, row: None
    assert world.json("retry", str(letter["id"])) == {"retried": 1}
    world("run", "both")
    assert world.code == 0
    assert len(south.rows(_phone(world)[0])) == 1
    assert "no dead letters" in world("dead").out


def test_a_dead_letter_can_be_dropped(world):
    world.crms["north"].refuse = lambda kind, row: None
    world.add("REFUSE ME")
    world("run", "both")
    [letter] = world.json("dead")
    assert world.json("drop", str(letter["id"])) == {"dropped": 1}
    world("run", "both")
    assert world.code == 0
    assert world.json("dead") == []


@pytest.mark.parametrize("command", ["approve", "refuse", "retry", "drop"])
def test_an_id_that_is_not_there_is_a_usage_error(world, command):
    world(command, "4711")
    assert world.code == 2
    assert "4711" in world.err


def test_why_tells_the_reasoning_about_a_record(world):
    key = world.add()
    world("run", "both")
    story = world.json("why", "north", key)
    assert story["entity"] == "account"
    assert story["agreed"]["name"] == "Contoso"
    assert set(story["systems"]) == {"north", "south"}
    assert story["writes"][0]["action"] == "create"
    assert "Contoso" in world("why", "north", key).out
    world("why", "north", "nobody")
    assert world.code == 2
    assert "nobody" in world.err


def test_watchers_are_told_when_a_run_has_ended(world):
    world.add()
    world("run", "both")
    started, delivered, finished = world.said
    assert started.flow == "both"
    assert [(one.action, one.state) for one in delivered.writes] == [("create", "done")]
    assert finished.counts["account"]["south"]["created"] == 1
    assert started.started == delivered.started == finished.started
    assert finished.problem is None


def test_a_filter_says_which_records_a_system_gets(world):
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text().replace("south: {}}", "south: {filter: employees > 10}}"))
    world.crms["north"].add("companies", {"title": "Large", "staff": 50})
    world.crms["north"].add("companies", {"title": "Small", "staff": 5})
    world("run", "both")
    kind, _ = _phone(world)
    assert [row["Name"] for row in world.crms["south"].rows(kind)] == ["Large"]


def test_a_record_a_filter_cannot_judge_is_dead_and_the_others_go_on(world):
    path = world.folder / "oppbridge.yaml"
    filtered = path.read_text().replace("south: {}}", "south: {filter: 1 / employees > 0}}")
    path.write_text(filtered)
    world.crms["north"].add("companies", {"title": "Odd", "staff": 0})
    world.crms["north"].add("companies", {"title": "Even", "staff": 2})
    world("run", "both")
    assert world.code == 1
    [letter] = world.json("dead")
    assert letter["name"] == "Odd"
    assert "cannot judge this account" in letter["why"]
    assert len(world.crms["south"].rows(_phone(world)[0])) == 1


def test_what_a_system_holds_cannot_steer_the_terminal(world):
    world.add("Red \x1b[31m [bold]alert[/bold]\x07")
    told = world("plan", "both").out
    assert "Red \\x1b[31m [bold]alert[/bold]\\x07" in told
    assert "\x1b" not in told


def test_verify_tells_whether_systems_are_equal_and_how_they_differ(world):
    key = world.add()
    world("run", "both")
    assert "both: equal" in world("verify", "both").out
    assert world.code == 0
    world.crms["north"].edit("companies", key, {"phone": "0999"})
    found = world.json("verify", "both", "--entity", "account")
    assert world.code == 1
    [one] = found["differences"]
    assert (one["kind"], one["system"], one["key"]) == ("different", "north", key)
    assert one["fields"] == {"phone": {"north": "0999", "south": None}}
    told = world("verify", "both", "--repair").out
    assert "phone: north '0999'" in told
    assert "oppbridge plan both" in told
    [write] = world.json("plan", "both")["writes"]
    assert write["fields"]["phone"]["after"] == "0999"


def test_verify_says_with_its_exit_code_that_a_person_is_waited_for(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].remove("companies", key)
    world("run", "both")
    [one] = world.json("verify", "both")["differences"]
    assert (world.code, one["kind"], one["state"]) == (5, "extra", "held")


def test_verify_refuses_an_entity_the_flow_does_not_move(world):
    world("verify", "both", "--entity", "acount")
    assert world.code == 2
    assert "account" in world.err


def test_verify_says_what_it_could_not_compare(world):
    world.add()
    world("run", "both")
    world.crms["south"].faults.standing = Fault(status=503)
    found = world.json("verify", "both")
    assert world.code == 4
    assert not found["equal"]
    assert "south" in found["problems"][0]
