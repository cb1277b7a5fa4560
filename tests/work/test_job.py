"""A job ends in exactly one of three, then finished."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from ai.errors import IntervalError
from ai.progress import Cancelled, Progress
from viewer.work import Job


def watched(job: Job) -> list[str]:
    """Write down every signal of a job in the order it arrives."""
    heard: list[str] = []
    job.succeeded.connect(lambda value: heard.append(f"succeeded {value}"))
    job.failed.connect(lambda error: heard.append(f"failed {error}"))
    job.cancelled.connect(lambda: heard.append("cancelled"))
    job.finished.connect(lambda: heard.append("finished"))
    return heard


def finish(qtbot: QtBot, job: Job, before: Callable[[], None] = lambda: None) -> None:
    with qtbot.waitSignal(job.finished):
        job.start()
        before()
    qtbot.waitUntil(job.isFinished)
    qtbot.wait(1)
    job.wait()


def test_success_tells_the_value_once_then_finished(qtbot: QtBot) -> None:
    job = Job(lambda progress: 42)
    heard = watched(job)
    finish(qtbot, job)
    assert heard == ["succeeded 42", "finished"]


def test_failure_tells_the_sentence_once_then_finished(qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        raise IntervalError("The folder is empty; choose another.")

    job = Job(work)
    heard = watched(job)
    finish(qtbot, job)
    assert heard == ["failed The folder is empty; choose another.", "finished"]


def test_cancel_reaches_the_work_at_its_next_report(qtbot: QtBot) -> None:
    begun = threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while True:
            progress.report(0.5, "waiting")

    def cancel() -> None:
        begun.wait(5)
        job.cancel()

    job = Job(work)
    heard = watched(job)
    finish(qtbot, job, cancel)
    assert heard == ["cancelled", "finished"]


def test_a_job_asked_to_stop_is_cancelled_even_if_its_work_came_through(qtbot: QtBot) -> None:
    gate = threading.Event()

    def work(progress: Progress) -> int:
        gate.wait(5)
        return 1

    def cancel() -> None:
        job.cancel()
        gate.set()

    job = Job(work)
    heard = watched(job)
    finish(qtbot, job, cancel)
    assert heard == ["cancelled", "finished"]


def test_work_may_say_cancelled_itself(qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        raise Cancelled

    job = Job(work)
    heard = watched(job)
    finish(qtbot, job)
    assert heard == ["cancelled", "finished"]


def test_ten_thousand_reports_arrive_as_a_few_and_the_last_is_not_lost(qtbot: QtBot) -> None:
    def work(progress: Progress) -> None:
        for n in range(10_001):
            progress.report(n / 10_000, f"slice {n}")

    job = Job(work)
    told: list[tuple[float, str]] = []
    job.progressed.connect(lambda fraction, doing: told.append((fraction, doing)))
    finish(qtbot, job)
    assert told[-1] == (1.0, "slice 10000")
    assert len(told) < 1000


def test_outcomes_are_told_in_the_thread_that_made_the_job(qtbot: QtBot) -> None:
    threads: list[int] = []
    job = Job(lambda progress: threading.get_ident())
    job.succeeded.connect(lambda worker: threads.extend([worker, threading.get_ident()]))
    finish(qtbot, job)
    worker, listener = threads
    assert listener == threading.get_ident()
    assert worker != listener
