"""Every test that the page of guarantees names is there, and each promise names one."""

import ast
import re

import pytest

from tests.docs.examples import ROOT

PAGE = ROOT / "docs/explanation/guarantees.md"
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE.read_text("utf-8"))))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file, name):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    promises = [line for line in rows if not line.startswith(("| promise", "| ---"))]
    assert len(promises) > 10
    assert [line for line in promises if "::" not in line] == []
