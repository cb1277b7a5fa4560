"""Whether a window can open is found out without trying it in this process."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from viewer.headless.screen import apt_line, why_no_screen

linux_only = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="macOS and Windows always have a screen")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget every screen this test run has."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@linux_only
def test_no_display_is_no_screen() -> None:
    assert "neither DISPLAY nor WAYLAND_DISPLAY" in why_no_screen()


def test_an_off_screen_platform_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("DISPLAY", ":0")
    assert "QT_QPA_PLATFORM=offscreen" in why_no_screen()


@linux_only
def test_a_display_that_nobody_serves_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":7316")
    reason = why_no_screen()
    assert reason.startswith("No window can open")
    assert ":7316 cannot be reached" in reason or "apt-get install" in reason


@linux_only
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs xvfb-run")
def test_a_display_that_answers_is_a_screen() -> None:
    ask = "from viewer.headless.screen import why_no_screen; print('[' + why_no_screen() + ']')"
    said = subprocess.run(["xvfb-run", "-a", sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_apt_line_names_both_groups_and_no_test_packages() -> None:
    line = apt_line()
    assert line.startswith("sudo apt-get install -y ")
    assert "libegl1" in line.split()
    assert "libxcb-cursor0" in line.split()
    assert "xvfb" not in line.split()
