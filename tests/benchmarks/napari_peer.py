"""Scrolls a volume in napari and prints the milliseconds of each step as JSON. Run by napari's own interpreter.

Arguments: the volume (.npy, int16), the heat (.npy, float32) or "-", its coarseness, the pane's side in pixels, steps.
"""

import json
import sys
import time

import napari
import numpy as np
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

WINDOW_HU = (-1350.0, 150.0)
ORDERS = {"axial": (0, 1, 2), "coronal": (1, 0, 2), "sagittal": (2, 0, 1)}


def main() -> None:
    """Measure all planes."""
    volume_file, heat_file, coarser, side_px, steps = sys.argv[1:]
    viewer = napari.Viewer(show=False)
    viewer.add_image(np.load(volume_file, mmap_mode=None), contrast_limits=WINDOW_HU, colormap="gray")
    if heat_file != "-":
        scale = [float(coarser)] * 3
        viewer.add_image(np.load(heat_file), scale=scale, colormap="inferno", blending="translucent", opacity=0.5)
    viewer.window.show()
    window = viewer.window._qt_window
    canvas = viewer.window._qt_viewer.canvas
    side = int(side_px)
    for dock in viewer.window._wrapped_dock_widgets.values() if hasattr(viewer.window, "_wrapped_dock_widgets") else ():
        dock.close()
    canvas.native.setFixedSize(side, side)
    window.resize(side + 40, side + 160)
    _settle(1.0)
    found = {plane: _scroll(viewer, canvas, order, int(steps)) for plane, order in ORDERS.items()}
    size = (canvas.native.width(), canvas.native.height())
    sys.stdout.write(json.dumps({"version": napari.__version__, "size_px": size, "ms": found}) + "\n")
    viewer.close()


def _scroll(viewer: "napari.Viewer", canvas: object, order: tuple[int, ...], steps: int) -> list[float]:
    viewer.dims.order = order
    viewer.reset_view()
    axis = order[0]
    middle = int(viewer.dims.nsteps[axis]) // 2
    viewer.dims.set_current_step(axis, middle)
    _settle(0.5)
    drawn: list[object] = []
    canvas._scene_canvas.events.draw.connect(drawn.append, position="last")  # type: ignore[attr-defined]
    milliseconds = []
    for n in range(steps + 3):
        drawn.clear()
        start = time.perf_counter()
        viewer.dims.set_current_step(axis, middle + (n % 40) - 20)
        while not drawn:
            QApplication.processEvents()
        QGuiApplication.sync()
        milliseconds.append((time.perf_counter() - start) * 1000)
    canvas._scene_canvas.events.draw.disconnect(drawn.append)  # type: ignore[attr-defined]
    return milliseconds[3:]


def _settle(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents()


if __name__ == "__main__":
    main()
