"""Importing a word or a plain value of the panes wakes no engine: scripts that only need a name start at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.law import WORDS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "pydicom", "SimpleITK", "dicomsdl", "PySide6", "vtkmodules", "vtk", "scipy", "jinja2")
SCREEN = ("PySide6", "vtkmodules", "vtk")
ENGINE = ("torch", "pydicom", "SimpleITK")

WAKE = """
import importlib, sys
for name in sys.argv[1].split(","):
    importlib.import_module(name)
print(",".join(sorted({module.partition(".")[0] for module in sys.modules} & set(sys.argv[2].split(",")))))
"""


def woken(modules: list[str], asked: tuple[str, ...]) -> str:
    """Import ``modules`` in a fresh interpreter and return which of ``asked`` that loaded, comma-separated."""
    command = [sys.executable, "-c", WAKE, ",".join(modules), ",".join(asked)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def modules_of(*rooms: str) -> list[str]:
    """Return every module of these rooms."""
    names = []
    for room in rooms:
        folder = ROOT / room.replace(".", "/")
        files = folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
        names += [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files]
    return sorted(names)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_wakes_nothing(word: str) -> None:
    assert woken([word], HEAVY) == "", f"importing {word} must need numpy only"


def test_the_values_of_a_pane_wake_nothing() -> None:
    assert woken(modules_of("viewer.mpr"), HEAVY) == "", "viewer.mpr must need numpy only"


def test_state_and_work_wake_neither_the_engine_nor_the_window() -> None:
    loaded = woken(modules_of("viewer.state", "viewer.work"), ("PySide6.QtWidgets", "vtkmodules", *ENGINE))
    assert loaded == "", "state and work are tested without a window"


def test_the_window_opens_before_the_engine_wakes() -> None:
    assert woken(["viewer.app"], ENGINE) == "", "torch and pydicom take seconds: a job wakes them, not the window"


def test_the_engine_never_wakes_the_screen() -> None:
    rooms = [path for path in sorted((ROOT / "ai").iterdir()) if path.is_dir() and (path / "__init__.py").exists()]
    names = [f"ai.{path.name}" for path in rooms]
    assert woken(names, SCREEN) == "", "ai/ runs on a server without a display"


def test_the_question_is_answered_truly() -> None:
    assert woken(["PySide6.QtCore", "json"], ("PySide6", "torch")) == "PySide6"
