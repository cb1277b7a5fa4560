"""Is there a screen that a window can open on?

Qt ends the whole process where it cannot connect (SIGABRT), and a set ``DISPLAY`` proves nothing: so another process
tries first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

OFF_SCREEN = frozenset({"offscreen", "minimal", "vnc"})
_TRY = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_PATIENCE_S = 30.0
_PACKAGES = Path(__file__).resolve().parents[2] / "setup" / "debian-packages.txt"


def why_no_screen() -> str:
    """Return in one sentence why no window can open here; empty where one can."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in OFF_SCREEN:
        return f"No window can open: Qt is told not to use a screen (QT_QPA_PLATFORM={platform})."
    if sys.platform in ("darwin", "win32"):
        return ""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return "No window can open: there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    return _tried()


def missing_library(fault: str) -> str:
    """Return the sentence for a system library that could not be loaded, with the line that installs it."""
    return f"A system library is missing ({fault}). On Debian or Ubuntu: {apt_line()}"


def apt_line() -> str:
    """Return the line that installs all that Qt and VTK need of a bare Debian."""
    try:
        names = _packages(_PACKAGES.read_text(encoding="utf-8"))
    except OSError:
        names = ["libegl1", "libgl1", "libxkbcommon-x11-0", "libxcb-cursor0"]
    return f"sudo apt-get install -y {' '.join(names)}"


def _packages(listing: str) -> list[str]:
    names, group = [], ""
    for line in (line.strip() for line in listing.splitlines()):
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#") and group in ("needed", "window"):
            names.append(line)
    return names


def _tried() -> str:
    try:
        done = subprocess.run(
            [sys.executable, "-c", _TRY],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "No window can open: the screen does not answer."
    if done.returncode == 0:
        return ""
    if "could not connect" in done.stderr.lower():
        name = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        return f"No window can open: the screen {name} cannot be reached."
    return "No window can open. " + missing_library(_fault(done.stderr))


def _fault(said: str) -> str:
    """Return the library that the loader named, else the plugin that Qt could not load."""
    for line in reversed(said.splitlines()):
        if "cannot open shared object file" in line:
            return line.rpartition("ImportError:")[2].partition(": cannot open")[0].strip()
    return "Qt's platform plugin does not load"
