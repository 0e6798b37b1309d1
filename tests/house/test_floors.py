"""Who may import whom: a room imports only from rooms above it. The annexes are never imported."""

import ast

from tests.house.rooms import modules

FLOORS = (
    ("errors", "nearest", "deadline", "schedule"),
    ("records", "contract", "cursors"),
    ("decision",),
    ("hookspecs",),
    ("mapping",),
    ("merge", "policies", "match"),
    ("store",),
    ("http",),
    ("connectors",),
    ("scoring", "process", "insight"),
    ("engine",),
    ("config",),
    ("trust", "builtin", "plugins"),
    ("bridge",),
    ("ui",),
    ("cli", "airflow"),
)
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
ANNEXES = {"kit", "sandbox"}
DOORS_TO_ANNEXES = {"cli.demo", "cli.story", "cli.compared", "cli.starting"}
LEAF = {"contract": {"errors"}, "errors": set()}


def test_every_room_has_its_floor():
    rooms = {module.room for module in modules() if module.name}
    assert rooms - ANNEXES <= FLOOR.keys()


def test_a_room_imports_only_from_rooms_above_it():
    assert [
        f"{module.name} imports {other}"
        for module in modules()
        if module.name and module.room not in ANNEXES
        for other in module.imports()
        if not may_import(module, other.split(".")[0])
    ] == []


def may_import(module, room):
    if room in ("__version__", module.room):
        return True
    if room in ANNEXES:
        return module.name in DOORS_TO_ANNEXES
    return FLOOR[room] <= FLOOR[module.room]


def test_the_sandbox_knows_nothing_of_the_product_but_its_errors():
    for module in modules():
        if module.room == "sandbox":
            others = {other.split(".")[0] for other in module.imports()} - {"sandbox"}
            assert others <= {"errors", "__version__"}, module.name


def test_the_kit_stands_on_the_border_and_not_on_the_engine():
    for module in modules():
        if module.room == "kit":
            others = {other.split(".")[0] for other in module.imports()}
            assert others.isdisjoint({"engine", "bridge", "cli", "store", "sandbox"}), module.name


def test_the_border_is_light():
    for module in modules():
        if module.name in LEAF:
            assert {one.split(".")[0] for one in module.imports()} <= LEAF[module.name]


def test_only_deliver_and_recover_write_to_a_system():
    writers = {
        module.name
        for module in modules()
        if module.room not in ANNEXES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "write"
        and _is_connector(node.func.value)
    }
    assert writers <= {"engine.deliver", "engine.recover"}
    assert "engine.deliver" in writers


def _is_connector(node):
    """Whether an expression is named for a connector: `post.connector`, `connector`, `writer`."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"connector", "writer"}


def test_only_the_store_speaks_sql():
    for module in modules():
        if module.room in ANNEXES | {"store"}:
            continue
        for node in ast.walk(module.tree):
            names = [alias.name for alias in getattr(node, "names", []) if hasattr(alias, "name")]
            found = [getattr(node, "module", None) or "", *names]
            heads = {name.split(".")[0] for name in found}
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert heads.isdisjoint({"sqlalchemy", "sqlite3", "alembic", "psycopg"}), (
                    module.name
                )
