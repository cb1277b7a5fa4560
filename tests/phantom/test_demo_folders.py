"""The demo study is drawn once, kept whole, and drawn again when its recipe changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ai.phantom import demo_folders as room
from ai.phantom.demo_folders import DemoError, cache_folder, demo_folders
from ai.progress import Progress
from ai.scan import read
from ai.series import Scan
from tests.support.synthetic_analysis import scan
from tests.support.synthetic_chest import chest, chest_grid


class _Drawing:
    """Counts how often the study is drawn."""

    def __init__(self) -> None:
        volume = chest(chest_grid((20.0, 10.0, 10.0)))
        self.scans = scan(volume, date(2024, 1, 1), "1.2.3.1"), scan(volume, date(2024, 3, 1), "1.2.3.2")
        self.count = 0

    def __call__(self, progress: Progress) -> tuple[Scan, Scan]:
        """Draw."""
        self.count += 1
        return self.scans


def test_written_once_as_dicom(tmp_path: Path) -> None:
    drawing = _Drawing()
    folders = demo_folders(drawing, tmp_path)
    assert demo_folders(drawing, tmp_path) == folders
    assert drawing.count == 1
    for folder, drawn in zip(folders, drawing.scans, strict=True):
        again = read(folder)
        assert np.array_equal(again.volume.hu, drawn.volume.hu)
        assert again.series.study.taken_on == drawn.series.study.taken_on
    assert [path.name for path in tmp_path.iterdir()] == [folders[0].parent.name]


def test_another_recipe_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = _Drawing()
    demo_folders(drawing, tmp_path)
    monkeypatch.setattr(room, "recipe_mark", lambda: "another")
    assert demo_folders(drawing, tmp_path)[0] == tmp_path / "demo-another" / "prior"
    assert drawing.count == 2


def test_nothing_half_written_is_taken_for_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = _Drawing()
    with monkeypatch.context() as broken:

        def full(drawn: Scan, folder: Path) -> list[Path]:
            folder.mkdir()
            raise OSError(28, "No space left on device")

        broken.setattr(room, "write_dicom", full)
        with pytest.raises(DemoError, match="No space left on device"):
            demo_folders(drawing, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert demo_folders(drawing, tmp_path)[1].is_dir()


def test_the_cache_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "interval"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache_folder() == tmp_path / "local" / "interval"
