"""Rows 8 to 13: whatever is parsed is plain data, bounded in size, depth and time."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.config.filters import FUNCTIONS, compile_filter
from oppbridge.errors import ConfigError, OppBridgeError
from oppbridge.http.answer import get
from oppbridge.http.decode import decode
from oppbridge.mapping.shape import OPTIONS
from oppbridge.mapping.yaml_text import parse_yaml
from tests.http.conftest import Reply, authority, server
from tests.security.source import called, importers, trees

__all__ = ["authority", "server"]

YAML = [
    "a: !!python/object/apply:os.system [id]", "a: !!python/name:os.system", "!!python/module:os",
    "a: !include x", "a: &b [1]\nc: *b", "a: &a [*a]", "x: &x {<<: *x}", "a: 1\na: 2", "{a: 1, a: 2}",
    "? [a, b]\n: !!set {}", "a: !!binary aGk=", "--- 1\n--- 2", "a: [", "\ta: 1", "a: 'x", "a: \x00",
]  # fmt: skip
ESCAPES = [
    "name.__class__", "name.__class__.__mro__[1].__subclasses__()", "().__class__", "[].__class__",
    "''.__class__", "'{0.__class__}'.format(name)", "f'{name}'", "name.format(1)", "name.upper()", "name[0]",
    "name['x']", "__import__('os')", "__import__('os').system('id')", "eval('1')", "exec('1')",
    "compile('1','','eval')", "open('/etc/passwd')", "getattr(name, '__class__')", "globals()", "locals()",
    "vars()", "dir()", "type(name)", "object()", "breakpoint()", "input()", "print(1)", "help()", "exit()",
    "lambda: 1", "(lambda: 1)()", "[x for x in name]", "{x: 1 for x in name}", "{x for x in name}",
    "(x for x in name)", "name if name else name", "(y := 1)", "1 if True else 2", "not_a_field == 1",
    "name ** 9", "2 ** 9999999", "9 ** 9 ** 9", "1 << 99", "1 >> 1", "1 // 2", "1 % 2", "~1", "1 @ 2", "1 | 2",
    "1 ^ 2", "await name", "yield 1", "*name", "**name", "name; name", "import os", "a = 1", "{'a': 1}",
    "b'bytes' == name", "...", "name and {}", "custom.__globals__",
]  # fmt: skip


def test_row_08_no_xml_is_parsed_anywhere_so_there_are_no_entities():
    parsers = ("xml", "lxml", "defusedxml", "xmltodict", "bs4", "html.parser")
    assert importers(*parsers, without=("sandbox",)) == []


def test_row_09_json_is_bounded_in_depth_size_and_what_it_unpacks_to(server):
    for body in (
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b"[NaN]",
        b"[1e]",
    ):
        with pytest.raises(ValueError, match=r".+"):
            decode(body)
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    server.reply(Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(OppBridgeError, match="larger than"):
        server.session(patience=0.2, largest=1_000_000).json(get("x"))


@pytest.mark.parametrize("text", YAML)
def test_row_10_yaml_is_plain_data(text):
    began = time.monotonic()
    with pytest.raises(ConfigError):
        parse_yaml(text, "x.yaml")
    assert time.monotonic() - began < 1


def test_row_11_nothing_is_unpickled_or_evaluated():
    dangerous = ("pickle", "marshal", "shelve", "joblib", "dill", "cloudpickle", "code", "codeop")
    assert importers(*dangerous) == []
    names = {"eval", "exec", "compile", "__import__", "execfile"}
    said = {name: sorted(names & set(called(tree))) for name, tree in trees().items()}
    assert {name: found for name, found in said.items() if found} == {}


@pytest.mark.parametrize("text", ESCAPES)
def test_row_12_an_expression_reaches_nothing_but_its_fields(text):
    assert len(ESCAPES) >= 60
    with pytest.raises(ConfigError):
        compile_filter(text, "account")


@given(st.text(max_size=80))
def test_row_12_any_text_is_an_expression_or_refused_in_words(text):
    try:
        judge = compile_filter(text, "account")
    except ConfigError:
        return
    try:
        assert judge({"name": "Contoso"}) in (True, False)
    except OppBridgeError:
        return


def test_row_12_a_long_expression_is_refused_at_once():
    for text in ("(" * 5000, "1" * 10**6, "1 and " * 400 + "1", "-" * 900 + "1"):
        began = time.monotonic()
        with pytest.raises(ConfigError):
            compile_filter(text, "account")
        assert time.monotonic() - began < 1


def test_row_13_nobody_but_the_source_writes_regular_expressions():
    assert not {"matches", "match", "regex", "search", "re"} & FUNCTIONS.keys()
    assert not {"pattern", "regex", "match"} & set(OPTIONS)
