"""Connectors broken on purpose fail the kit, each in the checks that are about what was broken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import oppbridge_acme
import pytest

from oppbridge.kit import PracticeTests, direct
from tests.mutants.breakages import ACME, DIRECT, MAPS, Breakage

SOUND = "nothing at all"
ALL = {**DIRECT, **ACME, **{name: breakage for name, (_, breakage) in MAPS.items()}}
SUITE = """
import pytest
from dataclasses import replace
import {module} as connector
from oppbridge.contract import Limits
from oppbridge.kit import NORTH, Manners, PracticeTests


class TestDirect(PracticeTests):
    manners = Manners(late=60, tallied=True)
    spec = replace(connector.direct_spec(NORTH, manners), limits=Limits(parallel=4))
    entities = ("opportunity",)

    @pytest.fixture
    def settings(self, crm):
        return connector.DirectSettings(crm=crm)
"""
SERVED_SUITE = """
import pytest
import {module} as connector
from oppbridge.kit import PracticeTests, served


class TestAcme(PracticeTests):
    spec = connector.SPEC
    entities = ("product",)

    @pytest.fixture
    def settings(self, crm):
        with served(crm, "s3cret-token") as at:
            token = getattr(connector, "Plain", str)("s3cret-token")
            yield connector.AcmeSettings(
                url=at.url, token=token, ca_file=at.ca_file, patience=0.03
            )
"""
CHEAP = "\n    test_introducing_it_is_cheap = None  # starts an interpreter\n"

Outcome = dict[str, dict[str, set[str]]]  # mutant -> failed or passed -> names of checks


def write_mutant(folder: Path, number: int, name: str) -> None:
    """The broken connector, its maps, and a suite for it."""
    module, acme = f"broken_{number}", name in ACME
    room = Path((oppbridge_acme if acme else direct).__file__)
    source, maps = room.read_text("utf-8"), room.with_name("maps")
    if name in DIRECT or acme:
        source = broken(source, ACME[name] if acme else DIRECT[name])
    elif name in MAPS:
        entity, breakage = MAPS[name]
        maps = folder / f"maps_{number}"
        shutil.copytree(room.with_name("maps"), maps)
        file = maps / "north" / f"{entity}.yaml"
        file.write_text(broken(file.read_text("utf-8"), breakage), "utf-8")
    source = source.replace('Path(__file__).with_name("maps")', f"Path({str(maps)!r})")
    source = re.sub(r"from \.\.(\w)", r"from oppbridge.\1", source)
    source = re.sub(r"from \.(\w)", r"from oppbridge.kit.\1", source)
    (folder / f"{module}.py").write_text(source, "utf-8")
    suite = (SERVED_SUITE if acme else SUITE).format(module=module)
    suite += "" if name in {SOUND, "is dear to import"} else CHEAP
    (folder / f"test_{module}.py").write_text(suite, "utf-8")


def broken(source: str, breakage: Breakage) -> str:
    assert source.count(breakage.old) >= 1, f"{breakage.old!r} is not in the source any more"
    return source.replace(breakage.old, breakage.new)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the kit says of every mutant, from one run over all of them."""
    folder = tmp_path_factory.mktemp("mutants")
    names = [SOUND, *ALL]
    for number, name in enumerate(names):
        write_mutant(folder, number, name)
    report = folder / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "--tb=no", f"--junitxml={report}"]
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    found: Outcome = defaultdict(lambda: defaultdict(set))
    for case in ET.parse(report).iter("testcase"):
        number = int(re.findall(r"test_broken_(\d+)", case.get("classname", ""))[0])
        check = case.get("name", "").partition("[")[0]
        failed = any(child.tag in {"failure", "error"} for child in case)
        skipped = any(child.tag == "skipped" for child in case)
        how = "failed" if failed else "skipped" if skipped else "passed"
        found[names[number]][how].add(check)
    return found


def test_what_is_not_broken_passes(outcome: Outcome) -> None:
    assert not outcome[SOUND]["failed"]
    assert len(outcome[SOUND]["passed"]) > 60


@pytest.mark.parametrize("name", ALL)
def test_what_is_broken_is_noticed_where_it_is_broken(name: str, outcome: Outcome) -> None:
    unnoticed = set(ALL[name].noticed) - outcome[name]["failed"]
    assert not unnoticed, f"failed were {sorted(outcome[name]['failed'])}"


def test_every_check_can_fail() -> None:
    checks = {name for name in dir(PracticeTests) if name.startswith("test_")}
    assert checks == {name for breakage in ALL.values() for name in breakage.noticed}
