"""One reading, handed on once for all tests that only look at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ai.report.dicom.reading import DicomReading
from tests.support.handed_on import VERDICTS, Handed, analysis_of, hand_on, series_of, straight_grid


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a PNG whose upper left quarter is red."""
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:20, :30, 0] = 255
    path = tmp_path_factory.mktemp("picture") / "current-axial.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(scope="session")
def handed(tmp_path_factory: pytest.TempPathFactory, picture: Path) -> Handed:
    """Return a reading of a straight series, whose files were written in reverse, and its export beside it."""
    folder = tmp_path_factory.mktemp("study")
    scan = series_of(folder / "scan", straight_grid(), order=list(reversed(range(12))))
    text = "Lungs: a nodule of 7 mm in the right upper lobe.\n\n右肺上叶结节，7 mm。"
    return hand_on(folder, DicomReading(scan, analysis_of(scan), VERDICTS, pictures=[picture], text=text))
