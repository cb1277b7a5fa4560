"""The import law holds, and its judge is not blind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import law
from tests.architecture.judge import offences

ROOT = Path(__file__).resolve().parents[2]


def test_every_import_keeps_the_law() -> None:
    found = offences(ROOT)
    assert not found, "\n" + "\n".join(found)


def test_every_room_stands_on_one_shelf() -> None:
    rooms = [room for shelf in law.SHELVES for room in shelf]
    assert len(rooms) == len(set(rooms))


def in_a_tree(tmp_path: Path, file: str, source: str) -> list[str]:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return offences(tmp_path)


BROKEN = {
    "up": ("ai/scan/headers.py", "from viewer.state import PaneModel", law.WHY_DOWN),
    "up, within ai": ("ai/scan/headers.py", "import ai.model.analyser", law.WHY_DOWN),
    "a word that looks up": ("ai/volume.py", "from ai.scan import read", law.WHY_DOWN),
    "neighbour": ("viewer/state/panes.py", "from viewer.work import Job", law.WHY_STRANGERS),
    "neighbour, as a name of the package": ("viewer/state/panes.py", "from viewer import work", law.WHY_STRANGERS),
    "neighbour, relative": ("viewer/state/panes.py", "from ..work.job import Job", law.WHY_STRANGERS),
    "neighbour, relative package": ("viewer/state/__init__.py", "from .. import rendering", law.WHY_STRANGERS),
    "inside a function": ("ai/report/html.py", "def f():\n    import torch", law.WHY_DOORS),
    "under TYPE_CHECKING": ("viewer/mpr/look.py", "if TYPE_CHECKING:\n    import PySide6.QtCore", law.WHY_DOORS),
    "by importlib": ("ai/volume.py", "import importlib\nimportlib.import_module('torch.nn')", law.WHY_DOORS),
    "by a computed name": ("ai/scan/x.py", "__import__('tor' + 'ch')", law.WHY_PLAIN),
    "widgets in the state": ("viewer/state/panes.py", "from PySide6 import QtWidgets", law.WHY_DOORS),
    "widgets in the state, directly": ("viewer/state/x.py", "from PySide6.QtWidgets import QLabel", law.WHY_DOORS),
    "pydicom in the model": ("ai/model/prepare.py", "import pydicom", law.WHY_DOORS),
    "scipy in mpr": ("viewer/mpr/look.py", "from scipy import ndimage", law.WHY_DOORS),
    "a package nobody introduced": ("ai/model/prepare.py", "import cv2", "nobody yet"),
    "the whole of vtk": ("viewer/rendering/slice.py", "import vtk", law.WHY_NO_VTK),
    "torch in the viewer": ("viewer/steps/analyse.py", "import torch", law.WHY_DOORS),
    "a widget that starts the engine": ("viewer/widgets/pane.py", "from ai.model import analyse", law.WHY_STEPS),
    "pickle": ("ai/model/bundle.py", "import pickle", law.WHY_NO_PICKLE),
    "a connection": ("ai/scan/x.py", "from urllib.request import urlopen", law.WHY_NO_NETWORK),
    "a room without a shelf": ("viewer/magic/x.py", "import math", law.WHY_KNOWN),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_law_is_told_with_file_line_and_reason(tmp_path: Path, case: str) -> None:
    file, source, reason = BROKEN[case]
    found = in_a_tree(tmp_path, file, source)
    assert found, f"{case}: {source!r} in {file} went unseen"
    assert reason in found[-1]
    assert found[-1].startswith(f"{file}:{source.count(chr(10)) + 1}: ")


KEPT = {
    "down": ("viewer/widgets/pane.py", "from viewer.mpr.plane import Plane\nfrom ai.findings import Finding"),
    "a step starts the engine": ("viewer/steps/analyse.py", "from ai.model import analyse"),
    "its own room": ("viewer/state/panes.py", "from viewer.state.observed import Observed\nfrom . import observed"),
    "words use each other": ("ai/findings.py", "from ai.volume import VoxelGrid\nimport numpy as np"),
    "the standard library": ("ai/scan/x.py", "import tomllib, pathlib"),
    "a module of vtk": ("viewer/rendering/slice.py", "from vtkmodules.vtkImagingCore import vtkImageReslice"),
}


@pytest.mark.parametrize("case", KEPT)
def test_a_kept_law_is_left_in_peace(tmp_path: Path, case: str) -> None:
    file, source = KEPT[case]
    assert in_a_tree(tmp_path, file, source) == []
