"""How big things may grow, how they are named, and that everything public says what it is."""

import ast

from tests.house.rooms import modules

LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS = 300, 40, 6
LONGEST_COMMAND = 25
NOT_A_NAME = {
    "utils", "util", "helpers", "helper", "common", "base", "manager", "handler", "handlers",
    "service", "misc",
}  # fmt: skip
UNDONE = ("TO" + "DO", "FIX" + "ME", "XX" + "X")


def test_a_file_is_not_longer_than_its_idea():
    sizes = {module.name: len(module.text.splitlines()) for module in modules()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_a_function_does_one_thing():
    assert [
        f"{module.name}.{function.name}: {lines(function)} lines"
        for module in modules()
        for function in module.functions()
        if lines(function) > LONGEST_FUNCTION
    ] == []


def test_a_command_parses_calls_one_function_and_shows():
    assert [
        f"{module.name}.{function.name}: {lines(function)} lines"
        for module in modules()
        for function in module.functions()
        if module.room == "cli"
        and any(arg.arg == "json" for arg in function.args.args)
        and lines(function) > LONGEST_COMMAND
    ] == []


def lines(function):
    return function.end_lineno - function.lineno + 1


def test_a_function_asks_for_few_things():
    assert [
        f"{module.name}.{function.name}: {', '.join(asked(function))}"
        for module in modules()
        for function in module.functions()
        if module.room != "cli"  # a command's options are arguments
        and len(asked(function)) > MOST_ARGUMENTS
    ] == []


def asked(function):
    given = function.args
    names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def test_the_first_line_says_what_the_file_is_for():
    assert [module.name for module in modules() if not module.text.startswith('"""')] == []
    first = {module.name: ast.get_docstring(module.tree).splitlines()[0] for module in modules()}
    assert [name for name, line in first.items() if len(line) <= 10] == []


def test_everything_public_has_a_docstring():
    assert [
        f"{module.name}.{node.name}"
        for module in modules()
        for node in public(module.tree)
        if not ast.get_docstring(node) and not (module.room == "kit" and is_promise(node))
    ] == []


def is_promise(node):
    """Whether a function is a test of the kit: its name is a sentence."""
    return node.name.startswith("test_")


def public(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    inner
                    for inner in node.body
                    if isinstance(inner, kinds) and not inner.name.startswith("_")
                )


def test_no_file_has_a_name_that_could_hold_anything():
    assert [m.name for m in modules() if NOT_A_NAME & set(m.name.split("."))] == []


def test_nothing_is_left_undone():
    assert [f"{m.name}: {mark}" for m in modules() for mark in UNDONE if mark in m.text] == []
