"""Which encoding a text file has: certain for Unicode, a guess that is logged for anything else.

Single-byte encodings cannot be told apart for sure, and general detectors take short Western
text for Urdu or Baltic. So what is not Unicode is taken for Windows-1252, unless its bytes look
Central European, or come in runs as no Latin script writes them.
"""

from __future__ import annotations

import codecs
import io
import logging
import re
from pathlib import Path

SAMPLE = 262_144  # bytes
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN, CENTRAL = "cp1252", "cp1250"
OTHER_SCRIPTS = [
    "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]+")
_POLISH = re.compile("[a-zà-ÿ][¹³¿][a-zà-ÿ]|£[a-zà-ÿ]")  # as Windows-1252 shows Windows-1250

log = logging.getLogger("oppbridge.files")


def detect_encoding(path: Path) -> str:
    """The encoding of a file. Reads all of it; a guess is logged as a warning."""
    with path.open("rb") as handle:
        head = handle.read(4)
        for mark, name in BOMS:
            if head.startswith(mark):
                return name
        handle.seek(0)
        bad = _first_bad(handle)
        if bad is None:
            return "utf-8"
        handle.seek(max(0, bad - SAMPLE // 2))
        sample = handle.read(SAMPLE)
    if _mostly_utf8(sample):
        return "utf-8"
    found = guess(sample)
    log.warning("%s: is not Unicode; taken for %s. Set `encoding` to be sure", path.name, found)
    return found


def _first_bad(handle: io.BufferedReader) -> int | None:
    """The offset of about the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    while True:
        chunk = handle.read(SAMPLE)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as exc:
            return offset + exc.start
        if not chunk:
            return None
        offset += len(chunk)


def _mostly_utf8(sample: bytes) -> bool:
    """UTF-8 with a few spoilt bytes stays UTF-8, so that only their lines are refused."""
    text = sample.decode("utf-8", "surrogateescape")
    spoilt = sum("\udc80" <= character <= "\udcff" for character in text)
    return sum(not character.isascii() for character in text) - spoilt > spoilt


def guess(sample: bytes) -> str:
    """The likeliest encoding of bytes that are not Unicode."""
    runs = [len(run) for run in _HIGH.findall(sample)]
    if sum(length for length in runs if length > 2) * 2 > sum(runs):
        from charset_normalizer import from_bytes

        best = from_bytes(sample, cp_isolation=OTHER_SCRIPTS).best()
        return best.encoding if best is not None else WESTERN
    return CENTRAL if _POLISH.search(sample.decode(WESTERN, "replace")) else WESTERN
