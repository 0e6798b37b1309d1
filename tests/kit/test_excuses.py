"""What a connector's author says it cannot do is held to: it must be so."""

import os
import subprocess
import sys

SUITE = """
import pytest
from oppbridge.kit import NORTH, Manners, PracticeTests, direct_spec
from oppbridge.kit.direct import DirectSettings


class TestHonest(PracticeTests):
    manners = Manners()
    spec = direct_spec(NORTH, manners)
    entities = ("opportunity",)

    @pytest.fixture
    def settings(self, crm):
        return DirectSettings(crm=crm)


class TestExcusedForNothing(TestHonest):
    excused = {"test_dates_do_not_move": "it says that they do"}


class TestExcusedFromNoCheck(TestHonest):
    excused = {"test_dates_do_not_moove": "misspelt"}


class TestCoarseInWords(TestHonest):
    coarse = {"opportunity": {"status"}}


class TestCoarseInNoField(TestHonest):
    coarse = {"opportunity": {"lines/*/unti"}}
"""
TRIED = "test_dates_do_not_move or test_every_native_word_means_one_thing"


def test_an_excuse_that_is_not_needed_fails(tmp_path):
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", TRIED]
    told = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {line.split()[1] for line in told.stdout.splitlines() if line.startswith("FAILED")}
    assert failed == {
        "test_suite.py::TestExcusedForNothing::test_dates_do_not_move[opportunity]",
        "test_suite.py::TestCoarseInWords::test_every_native_word_means_one_thing[opportunity]",
        "test_suite.py::TestCoarseInNoField::test_every_native_word_means_one_thing[opportunity]",
    }, told.stdout + told.stderr
    assert "3 failed, 5 passed" in told.stdout
    assert told.stdout.count("\nERROR test_suite.py::TestExcusedFromNoCheck::") == 2
