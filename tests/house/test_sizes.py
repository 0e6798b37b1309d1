"""How big things may grow, how they are named, and that everything public says what it is."""

import ast

import pytest

from tests.house.rooms import modules

LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS = 300, 40, 6
LONGEST_COMMAND = 25
NOT_A_NAME = {"utils", "util", "helpers", "helper", "common", "base", "manager", "handler", "handlers", "service", "misc"}  # fmt: skip
EVERY = pytest.mark.parametrize("module", modules(), ids=lambda module: module.name or "oppbridge")


@EVERY
def test_a_file_is_not_longer_than_its_idea(module):
    assert len(module.text.splitlines()) <= LONGEST_FILE


@EVERY
def test_a_function_does_one_thing(module):
    for function in module.functions():
        size = function.end_lineno - function.lineno + 1
        assert size <= LONGEST_FUNCTION, f"{function.name}: {size} lines"


@EVERY
def test_a_function_asks_for_few_things(module):
    if module.room == "cli":
        return  # a command's options are arguments
    for function in module.functions():
        given = function.args
        names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        asked = [name for name in names if name not in ("self", "cls")]
        assert len(asked) <= MOST_ARGUMENTS, f"{function.name}: {', '.join(asked)}"


@EVERY
def test_the_first_line_says_what_the_file_is_for(module):
    assert module.text.startswith('"""'), "the first line is a docstring"
    first = ast.get_docstring(module.tree).splitlines()[0]
    assert len(first) > 10


@EVERY
def test_everything_public_has_a_docstring(module):
    for node in _public(module.tree):
        if module.room == "kit" and _is_promise(node):
            continue
        assert ast.get_docstring(node), f"{node.name} says nothing"


def _is_promise(node):
    """Whether a function is a test of the kit: its name is a sentence."""
    return node.name.startswith("test_")


def _public(tree):
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


@EVERY
def test_no_file_has_a_name_that_could_hold_anything(module):
    assert NOT_A_NAME.isdisjoint(module.name.split("."))


@EVERY
def test_nothing_is_left_undone(module):
    for mark in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
        assert mark not in module.text


def test_a_command_parses_calls_one_function_and_shows():
    for module in modules():
        if module.room == "cli":
            for function in module.functions():
                if any(arg.arg == "json" for arg in function.args.args):
                    assert function.end_lineno - function.lineno < LONGEST_COMMAND, function.name
