"""Opens a study in a fresh program and prints, as JSON: seconds to the first slice and to the last, peak memory.

Argument: the study's folder. Run as ``python -m tests.benchmarks.opening FOLDER``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from tests.benchmarks.bench_window import BenchWindow
from viewer.mpr.plane import Plane
from viewer.state.role import Role

SEEN = 60
"""A grey level (0…255) that air, drawn before any slice has come, never has."""


def high_water_mib() -> float:
    """Return this process's peak memory. Not ru_maxrss: Linux keeps the parent's in it across fork and exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Open, wait, print."""
    application = QApplication([])
    bench = BenchWindow()
    bare_mib = high_water_mib()
    canvas = bench.canvas(Plane.AXIAL)
    scan = bench.window.reading.scans[Role.CURRENT]

    def slice_seen() -> bool:
        picture = canvas.picture
        return picture is not None and int(picture.rgb[200:-200, 200:-200].max()) > SEEN

    start = time.perf_counter()
    bench.window.open_paths([Path(sys.argv[1])])
    bench.wait(slice_seen)
    QGuiApplication.sync()
    first_s = time.perf_counter() - start
    bench.wait(lambda: scan.value is not None and scan.value.scan is not None)
    whole_s = time.perf_counter() - start
    bench.settle(0.5)
    told = {"first_s": first_s, "whole_s": whole_s, "bare_mib": bare_mib, "peak_mib": high_water_mib()}
    sys.stdout.write(json.dumps(told) + "\n")
    bench.close()
    application.processEvents()


if __name__ == "__main__":
    main()
