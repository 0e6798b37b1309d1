"""The text of a `$filter` to a syntax tree, read by the `odata-query` library.

What the library does not know is put into its terms first: `['A','B']` as a list, the enum literal
`Some.Enum'Word'` as a call `Some.Enum('Word')`; and names that begin like one of its keywords
(`allocated`) are shielded, as its lexer would cut them in two.
"""

from __future__ import annotations

import re
from typing import Any

from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from .options import BadQuery, split_outside

_STRING = r"'(?:[^']|'')*'"
_WORDS = re.compile(
    rf"(?P<enum>\b(?:\w+\.)+\w+)(?P<word>{_STRING})|{_STRING}"
    rf"|\[(?P<list>(?:[^\[\]']|{_STRING})*)\]"
    r"|(?<![\w.])(?P<name>(?:all|any|null|true|false)\w+)",
    re.IGNORECASE,
)
SHIELD = "__"


def parse_filter(text: str) -> Any:
    """The syntax tree; raises `BadQuery` with the place of the error."""
    try:
        return ODataParser().parse(ODataLexer().tokenize(_in_known_terms(text.strip())))
    except ODataException as problem:
        raise BadQuery(f"Syntax error in $filter '{text}': {problem}") from problem


def _in_known_terms(text: str) -> str:
    def known(match: re.Match[str]) -> str:
        if match["enum"]:
            return f"{match['enum']}({match['word']})"
        if match["name"]:
            return SHIELD + match["name"]
        if match["list"] is None:
            return match.group()
        inside = match["list"].strip().replace('"', "'")
        return f"({inside})" if len(split_outside(inside, ",")) > 1 else f"({inside},)"

    return _WORDS.sub(known, text)
