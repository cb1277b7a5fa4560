"""Waking is silent, whatever comes of it."""

from pytestqt.qtbot import QtBot

from ai.progress import Progress
from viewer.steps.wake_engines import WakeEngines


def test_a_failure_is_left_to_the_step_that_needs_it(qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        raise OSError("libgomp.so.1: cannot open shared object file")

    step = WakeEngines(work)
    step.start()
    qtbot.waitUntil(lambda: not step.lane.busy)
    step.lane.close()
