"""Plans on the command line: applied as shown, drifted, approved, undone, released, as a page."""

import sqlite3

import pytest

from oppbridge.kit.south import SOUTH

SOUTH_KIND = next(name for name, kind in SOUTH.kinds.items() if "Headcount" in kind.columns)


def companies(world, system):
    return world.crms[system].rows("companies" if system == "north" else SOUTH_KIND)


def configured(world, more):
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text() + more)


def test_only_what_a_plan_lists_is_sent(world):
    world.add("Contoso")
    digest = world.json("plan", "both")["digest"]
    world.add("Fabrikam")
    report = world.json("apply", digest)
    assert (report["outcome"], report["drifted"]) == ("done", [])
    assert [row["Name"] for row in companies(world, "south")] == ["Contoso"]
    world("run", "both")
    assert len(companies(world, "south")) == 2


def test_what_has_drifted_is_named_left_alone_and_planned_again(world):
    drifting = world.add("Contoso")
    world.add("Fabrikam")
    digest = world.json("plan", "both")["digest"]
    world.crms["north"].edit("companies", drifting, {"title": "Contoso AG"})
    report = world.json("apply", digest)
    assert world.code == 5
    [told] = report["drifted"]
    assert "Contoso" in told
    assert "create" in told
    assert [row["Name"] for row in companies(world, "south")] == ["Fabrikam"]
    [again] = world.json("plan", "both")["writes"]
    assert again["fields"]["name"]["after"] == "Contoso AG"


def test_a_target_that_moved_is_drift_too(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].edit("companies", key, {"phone": "1"})
    digest = world.json("plan", "both")["digest"]
    [row] = companies(world, "south")
    world.crms["south"].edit(SOUTH_KIND, row["id"], {"Telephone": "2"})
    report = world.json("apply", digest)
    assert world.code == 5
    assert "Contoso" in report["drifted"][0]
    assert companies(world, "south")[0]["Telephone"] == "2"


def test_an_edit_beside_a_plan_does_not_stop_it(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].edit("companies", key, {"phone": "1"})
    digest = world.json("plan", "both")["digest"]
    [row] = companies(world, "south")
    world.crms["south"].edit(SOUTH_KIND, row["id"], {"Name": "Renamed"})
    assert world.json("apply", digest)["drifted"] == []
    assert companies(world, "south")[0]["Telephone"] == "1"
    assert companies(world, "north")[0]["title"] == "Contoso"


def test_a_plan_nobody_was_shown_is_a_usage_error(world):
    for command in ("apply", "approve"):
        world(command, *(["--plan"] if command == "approve" else []), "0123456789abcdef")
        assert world.code == 2
        assert "0123456789abcdef" in world.err


def test_what_is_held_in_a_plan_goes_once_it_is_approved(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].remove("companies", key)
    plan = world.json("plan", "both")
    assert [one["state"] for one in plan["writes"]] == ["held"]
    report = world.json("apply", plan["digest"])
    assert (world.code, report["outcome"]) == (5, "waiting")
    assert len(companies(world, "south")) == 1
    assert world.json("approve", "--plan", plan["digest"]) == {"approved": 1}
    assert world.json("apply", plan["digest"])["outcome"] == "done"
    assert companies(world, "south") == []


def test_approve_wants_ids_or_a_plan(world):
    world("approve")
    assert world.code == 2
    assert "--plan" in world.err


def test_nobody_approves_their_own_plan_where_the_flow_says_so(world):
    configured(world, "    approval: {by_another: true}\n")
    key = world.add()
    world("run", "both")
    world.crms["north"].remove("companies", key)
    plan = world.json("plan", "both", "--by", "ada")
    held = str(plan["writes"][0]["id"])
    world("approve", held, "--by", "Ada")
    assert world.code == 2
    assert "somebody else" in world.err
    world("approve", "--plan", plan["digest"], "--by", "ada")
    assert world.code == 2
    world("apply", plan["digest"])
    assert world.code == 2
    assert "approve --plan" in world.err
    assert world.json("approve", "--plan", plan["digest"], "--by", "grace") == {"approved": 1}
    assert world.json("apply", plan["digest"])["outcome"] == "done"
    assert companies(world, "south") == []


@pytest.mark.parametrize(("limit", "held"), [("2", 3), ("3", 0)])
def test_too_many_creates_are_held_until_a_person_looked(world, limit, held):
    configured(world, f"    limits: {{creates: {limit}}}\n")
    for name in ("Contoso", "Fabrikam", "Tailspin"):
        world.add(name)
    report = world.json("run", "both")
    assert report["entities"]["account"]["south"]["held"] == held
    assert len(companies(world, "south")) == 3 - held
    if held:
        assert "brake" in report["notices"][0]
        digest = world.json("plan", "both")["digest"]
        world("approve", "--plan", digest)
        world("run", "both")
        assert len(companies(world, "south")) == 3


def test_too_large_a_share_of_changes_is_held(world):
    configured(world, "    limits: {changed: 50}\n")
    keys = [world.add(f"C{n}") for n in range(40)]
    world("run", "both")
    for key in keys[:21]:
        world.crms["north"].edit("companies", key, {"phone": None, "title": "Broken"})
    assert world.json("run", "both")["entities"]["account"]["south"]["held"] == 21
    assert all(row["Name"] != "Broken" for row in companies(world, "south"))


def test_a_run_is_undone_but_for_what_people_did_since(world):
    old = world.add("Old")
    world("run", "both")
    world.crms["north"].edit("companies", old, {"phone": "1", "title": "Older"})
    world.add("New")
    world.add("Kept")
    number = world.json("run", "both")["run"]
    rows = {row["Name"]: row["id"] for row in companies(world, "south")}
    world.crms["south"].edit(SOUTH_KIND, rows["Kept"], {"Telephone": "9"})
    world.crms["south"].edit(SOUTH_KIND, rows["Older"], {"Telephone": "7"})
    plan = world.json("undo", str(number))
    assert {(one["action"], one["name"]) for one in plan["writes"]} == {
        ("update", "Old"), ("delete", "New"),
    }  # fmt: skip
    assert len(plan["stays"]) == 2
    assert len(companies(world, "south")) == 3
    assert world.json("apply", plan["digest"])["entities"]["account"]["south"]["deleted"] == 1
    there = {row["Name"]: row["Telephone"] for row in companies(world, "south")}
    assert there == {"Old": "7", "Kept": "9"}
    assert world.json("run", "both")["entities"]["account"]["south"]["updated"] == 0
    assert {row["Name"] for row in companies(world, "south")} == {"Old", "Kept"}
    assert {row["title"] for row in companies(world, "north")} == {"Older", "New", "Kept"}


def test_what_was_undone_is_done_again_once_it_is_released(world):
    world.add("New")
    number = world.json("run", "both")["run"]
    plan = world.json("undo", str(number))
    world("apply", plan["digest"])
    assert companies(world, "south") == []
    world("run", "both")
    assert companies(world, "south") == []
    assert world.json("release", str(number)) == {"released": 1}
    world("run", "both")
    assert [row["Name"] for row in companies(world, "south")] == ["New"]
    assert world.json("run", "both")["outcome"] == "done"


def test_an_undoing_is_a_run_that_can_be_undone(world):
    world.add("New")
    number = world.json("run", "both")["run"]
    undoing = world.json("apply", world.json("undo", str(number))["digest"])["run"]
    plan = world.json("undo", str(undoing))
    assert [one["action"] for one in plan["writes"]] == ["create"]
    world("apply", plan["digest"])
    assert [row["Name"] for row in companies(world, "south")] == ["New"]
    assert world.json("run", "both")["outcome"] == "done"
    assert len(companies(world, "south")) == 1


def test_there_is_no_such_run_to_undo(world):
    for command in ("undo", "release"):
        world(command, "4711")
        assert world.code == 2
        assert "4711" in world.err


def test_a_plan_is_a_page_in_which_nothing_a_system_holds_is_markup(world):
    world.add("<script>alert(1)</script> & Co")
    path = world.folder / "plan.html"
    plan = world.json("plan", "both", "--html", str(path))
    text = path.read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in text
    assert "<script" not in text
    assert plan["digest"] in text
    assert "http" not in text.replace("http-equiv", "")


def test_the_audit_trail_tells_who_did_what_and_is_checked(world):
    key = world.add()
    world("run", "both")
    world.crms["north"].remove("companies", key)
    plan = world.json("plan", "both", "--by", "ada")
    world("approve", "--plan", plan["digest"], "--by", "grace")
    world("apply", plan["digest"])
    found = world.json("audit", "verify")
    assert (world.code, found["lines"], found["problems"]) == (0, 5, [])
    assert found["head"] in world("audit", "verify", "--head", found["head"]).out
    with sqlite3.connect(world.folder / "oppbridge.db") as store:
        told = store.execute("select who, what from audit order by id").fetchall()
        assert told[1:4] == [("ada", "planned"), ("grace", "approved"), (told[3][0], "applied")]
        store.execute("update audit set who = 'ada' where who = 'grace'")
    assert "line 3" in world("audit", "verify").out
    assert world.code == 1
