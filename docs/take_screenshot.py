"""Takes the README's picture: the demo study as the window shows it once all is read, found and compared.

Usage: ``python docs/take_screenshot.py PICTURE.png`` (`make screenshot`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtWidgets import QApplication

from viewer.app import build_window
from viewer.state.role import Role

SIZE_PX = (1600, 1000)
PATIENCE_S = 300.0


def wait(application: QApplication, come: Callable[[], bool]) -> bool:
    """Run the event loop until something has come; False if it did not."""
    end = time.monotonic() + PATIENCE_S
    while not come() and time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)
    return come()


def main(picture: Path) -> int:
    """Open the demo, show the strongest finding with its heat, and write the picture."""
    application = QApplication([])
    window = build_window()
    window.resize(*SIZE_PX)
    window.show()
    window.activateWindow()
    window.steps.demo.open()
    reading = window.reading
    done = wait(application, lambda: reading.comparison.value.comparison is not None)
    if done:
        reading.go_to_neighbour(Role.CURRENT, 1)
        for role in Role:
            reading.panes[role].show_overlay(True)
    settled = time.monotonic() + 1.0
    wait(application, lambda: time.monotonic() > settled)
    window.grab().save(str(picture))
    window.close()
    if not done:
        said = "; ".join(notice.text for notice in reading.notices.value)
        sys.stderr.write(f"The demo study was not compared within {PATIENCE_S:.0f} s. {said}\n")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
