"""Windows from the voxels and from the file."""

import numpy as np
import pytest

from ai.series import FileWindow
from ai.volume import AIR_HU, Volume
from tests.support.grids import straight
from viewer.mpr.automatic_window import automatic_window, file_window
from viewer.mpr.window import Window


def test_the_automatic_window_spans_the_measured_voxels() -> None:
    values = np.linspace(-900, 300, np.prod(straight().shape)).astype(np.int16).reshape(straight().shape)
    window = automatic_window(Volume(values, straight()))
    assert window.low_hu == pytest.approx(-900 + 0.02 * 1200, abs=8)
    assert window.high_hu == pytest.approx(300 - 0.005 * 1200, abs=8)


def test_voxels_not_yet_read_do_not_count() -> None:
    values = np.full(straight().shape, AIR_HU, dtype=np.int16)
    values[0] = np.linspace(0, 100, values[0].size).reshape(values[0].shape)
    window = automatic_window(Volume(values, straight()))
    assert window.low_hu >= 0


def test_a_scan_of_one_value_still_gets_a_window() -> None:
    window = automatic_window(Volume(np.full(straight().shape, AIR_HU, dtype=np.int16), straight()))
    assert (window.width_hu, window.level_hu) == (1.0, AIR_HU)


def test_the_files_windows_come_in_turn() -> None:
    windows = (FileWindow(1600, -550, "LUNG"), FileWindow(0, 0, "broken"), FileWindow(400, 40))
    first = file_window(windows, Window(1500, -600))
    assert first == Window(1600, -550, "LUNG")
    second = file_window(windows, first)
    assert second == Window(400, 40, "File")
    assert file_window(windows, second) == first
    assert file_window((), first) is None
