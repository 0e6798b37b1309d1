"""Each idea of the engine, taken out of a copy: the walk must notice every time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]

IDEAS = {
    "settle only what was written, not the whole echo": (
        "engine/settle.py",
        "link.news = None if echo == shown or _unheard(post, link, shown, echo) else echo",
        "link.shown, link.news = echo, None",
    ),
    "a record's id follows from its first row, also after a lost store": (
        "engine/learn.py",
        'return str(uuid.uuid5(SPACE, f"{post.entity}/{post.system}/{key}"))',
        "return str(uuid.uuid4())",
    ),
    "a row says whose copy it is": (
        "engine/learn.py",
        "origin = post.map.origin_of(change.row) if change.row is not None else None",
        "origin = None",
    ),
    "a create's key depends on nothing but the record": (
        "engine/render.py",
        "        row[kinds.origin] = uid",
        "        row[kinds.origin] = uid = str(__import__('uuid').uuid4())",
    ),
    "an intent is stored before it is sent": (
        "engine/deliver.py",
        "        sending.sent(tx, [one.planned for one in outgoing], post.line.run_id)\n    receipts",
        "        pass\n    receipts",
    ),
    "what was begun is finished before anyone observes": (
        "engine/run.py",
        "    if _key(post) in doubtful:",
        "    if False:",
    ),
    "a doubt stays where a second sending is turned away": (
        "engine/settle.py",
        "    if outgoing.write.again and _says_nothing(error):",
        "    if False:",
    ),
    "the guard is the version that was decided on": (
        "engine/render.py",
        "version=None if creating or link is None or not post.watched else link.version,",
        "version=None,",
    ),
    "a keyset cursor goes back to its floor": (
        "cursors.py",
        "return Keyset(settled if floor is None else floor)",
        "return Keyset(stamp, id)",
    ),
    "a forgotten place means reading everything again": (
        "kit/direct.py",
        "return said(lambda: self._page(entity, Reading(), limit, first=True))",
        "return said(lambda: self._page(entity, Reading(sweep=False), limit, first=False))",
    ),
    "a full reading knows which links it did not see": (
        "engine/observe.py",
        "        reading.sweep.add(seen.known)\n        _find_lost(post, reading.sweep)",
        "        reading.sweep.add(seen.known)",
    ),
    "what a system shows for what we wrote is what it showed": (
        "engine/settle.py",
        "            value = trusted.get(path)",
        "            pass",
    ),
    "parts are merged one by one": (
        "engine/translate.py",
        "link.parts.get(f'{collection}/{key}', key)",
        "key",
    ),
    "an optional reference is cut, and patched later": (
        "engine/settle.py",
        "    for told in outgoing.planned.cut:\n        link.lag.setdefault(told, None)",
        "    for told in ():\n        link.lag.setdefault(told, None)",
    ),
    "what is not agreed yet lags": (
        "engine/decide.py",
        "one.link.lag.setdefault(path, stands_for)",
        "one.link.lag.pop(path, None)",
    ),
    "what another worker could not see is not written to": (
        "engine/line.py",
        '                self.blind.update((system, entity) for system, entity in told["unseen"])',
        "                pass",
    ),
    "what somebody edited since is not undone": (
        "engine/reverse.py",
        "        if not _stands(path, paths, told, now, wrote):",
        "        if False:",
    ),
    "a row somebody worked on since is not taken away": (
        "engine/reverse.py",
        "    if edited:\n",
        "    if False:\n",
    ),
    "a row we removed is news for nobody": (
        "engine/settle.py",
        "    link.shown, link.lag, link.parts = {PRESENCE: None}, {}, {}",
        "    link.gone = False",
    ),
    "the policy names the winning system": (
        "engine/flow.py",
        "return policy(clash), name",
        "return sorted(clash.values)[int(self.flow.entity < 'm')], name",
    ),
}

RARE = {
    "a doubt stays where a second sending is turned away": "2030",
    "what somebody edited since is not undone": "400",
}
"""The first story to tell, where it takes two kinds of trouble to notice."""


@pytest.mark.parametrize("idea", IDEAS)
def test_the_walk_notices_when_it_is_gone(idea, tmp_path):
    where, old, new = IDEAS[idea]
    shutil.copytree(HERE / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "src/oppbridge" / where
    text = file.read_text()
    assert text.count(old) == 1, f"{where} no longer says {old!r}"
    file.write_text(text.replace(old, new))
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path / 'src'}{os.pathsep}{HERE}"}
    start = RARE.get(idea, "0")
    told = subprocess.run(
        [sys.executable, "-m", "tests.walk", "--stories", "150", "--seed", start, "--first"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=280,
        check=False,
    )
    assert told.returncode == 1, told.stdout[-2000:]
    assert str(tmp_path) in told.stderr or "story" in told.stdout, told.stderr[-2000:]
