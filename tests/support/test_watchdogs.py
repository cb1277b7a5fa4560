"""The watchdogs bark: each is shown a test that leaves something behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

OFFENDERS = """
import logging, threading, time
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QLabel
from viewer.work import Job

kept = []

def test_warning():
    logging.getLogger().warning("the disk is nearly full")

def test_silence(expected_warnings):
    expected_warnings.expect("the moon")

def test_thread():
    threading.Thread(target=time.sleep, args=(3,), name="Counter", daemon=True).start()

def test_job(qapp):
    begun = threading.Event()
    kept.append(Job(lambda progress: (begun.set(), time.sleep(3))))
    kept[-1].start()
    begun.wait()

def test_widget(qapp):
    kept.append(QLabel("", windowTitle="forgotten"))

def test_qt():
    qWarning("it leaks")

def test_expected(expected_warnings):
    expected_warnings.expect("nearly full$")
    logging.getLogger().warning("the disk is nearly full")

def test_clean(qtbot):
    qtbot.addWidget(QLabel("short-lived"))

def teardown_module():
    kept[0].wait()
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the offenders in a process of their own, under this repository's conftest and settings."""
    offenders = tmp_path_factory.mktemp("offenders") / "test_offenders.py"
    offenders.write_text(OFFENDERS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", "pyproject.toml", str(offenders)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    "fault",
    [
        "unexpected warning in the log: WARNING root: the disk is nearly full",
        "the expected warning never came: the moon",
        "thread left running: Counter",
        "thread left running: Job.run",
        "widget left: QLabel “forgotten”",
        "QtWarningMsg: it leaks",
    ],
)
def test_what_is_left_behind_is_named(told: str, fault: str) -> None:
    assert fault in told


def test_every_offender_fails_and_the_clean_pass(told: str) -> None:
    assert "1 failed, 7 passed, 5 errors" in told, told
