"""Opens two studies in a fresh program, waits until the deformable registration is done, prints its memory as JSON.

Arguments: the current study's folder, the prior's. The deformable registration is the program's, the model a stand-in.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.benchmarks.bench_window import BenchWindow
from tests.benchmarks.opening import high_water_mib
from viewer.steps.engines import deform


def resident_mib() -> float:
    """Return what this process holds now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Open, wait, print."""
    application = QApplication([])
    bench = BenchWindow(deform)
    bare_mib = high_water_mib()
    bench.open(Path(sys.argv[1]), Path(sys.argv[2]))
    bench.followed()
    told = {"bare_mib": bare_mib, "settled_mib": resident_mib(), "peak_mib": high_water_mib()}
    sys.stdout.write(json.dumps(told) + "\n")
    bench.close()
    application.processEvents()


if __name__ == "__main__":
    main()
