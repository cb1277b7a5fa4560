"""Voxels of many examinations, made side by side; a fault costs one examination, a crash no more than a retry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch

from ai.errors import IntervalError
from ai.model.doubt import ScanDoubted
from ai.scan import read
from ai.series import Series
from ai.training.cohort.archive import found_again
from ai.training.cohort.errors import CohortError
from ai.training.cohort.rejection import Reason
from ai.training.cohort.shaping import Shaped, shaped
from ai.training.cohort.voxels import read_shape, write_voxels

MOST_FILLED = 0.05
"""A scan with a larger share of slices that were not measured but filled in is left out."""


@dataclass(frozen=True)
class Job:
    """One examination to be made.

    Args:
        key: of the scan.
        series: to try, the best first.
        path: of its voxels.
        spacing_mm: of them.
    """

    key: str
    series: tuple[Series, ...]
    path: Path
    spacing_mm: float


@dataclass(frozen=True)
class Made:
    """Voxels that lie in the store; ``source`` is the series they came from, empty where an earlier run made them."""

    job: Job
    shape: tuple[int, int, int]
    source: str = ""


@dataclass(frozen=True)
class Failed:
    """None of the series could be taken; ``sentence`` may name files and is not for the store."""

    job: Job
    reason: Reason
    sentence: str


def make(job: Job) -> Made | Failed:
    """Read, shape and write one examination; voxels that are there already stay."""
    if job.path.exists():
        return Made(job, read_shape(job.path))
    reason, sentences = Reason.UNREADABLE, []
    for series in job.series:
        try:
            done = _shaped(series, job.spacing_mm)
        except _Gaps as gaps:
            reason, sentence = Reason.GAPS, str(gaps)
        except ScanDoubted as doubted:
            reason, sentence = Reason.NOT_LIKE_A_CHEST, str(doubted)
        except (IntervalError, MemoryError) as fault:
            reason, sentence = Reason.UNREADABLE, str(fault) or type(fault).__name__
        else:
            write_voxels(job.path, done.hu, done.lungs, done.grid)
            s, r, c = done.hu.shape
            return Made(job, (s, r, c), str(series.source))
        sentences.append(f"{series.source}: {sentence}")
    return Failed(job, reason, " ".join(sentences))


class _Gaps(CohortError):
    """Too many slices are missing."""


def _shaped(series: Series, spacing_mm: float) -> Shaped:
    scan = read(found_again(series))
    filled = len(scan.interpolated) / scan.volume.grid.shape[0]
    if filled > MOST_FILLED:
        raise _Gaps(f"{filled:.0%} of the slices are missing and were filled in; export the series whole.")
    return shaped(scan.volume, spacing_mm)


def made(jobs: Sequence[Job], workers: int) -> Iterator[Made | Failed]:
    """Make examinations and yield each when it is done, in any order.

    Args:
        jobs: what to make.
        workers: processes side by side; 0 makes them in this one, where a fault of the program is not caught.
    """
    if workers == 0:
        yield from map(make, jobs)
        return
    left = list(jobs)
    while left:
        unfinished: list[Job] = []
        yield from _pooled(left, workers, unfinished)
        # A process has died; it was busy with one of the first that are not done. Each of these is tried alone.
        suspects, left = unfinished[: 2 * workers + 1], unfinished[2 * workers + 1 :]
        for job in suspects:
            dead: list[Job] = []
            yield from _pooled([job], 1, dead)
            if dead:
                yield Failed(job, Reason.CRASHED, "the process that read it ended twice")


def _pooled(jobs: Sequence[Job], workers: int, unfinished: list[Job]) -> Iterator[Made | Failed]:
    """Yield results until all are done or a process has died; what is then not done goes into ``unfinished``."""
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        futures = {pool.submit(make, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                if not isinstance(future.exception(), BrokenProcessPool):
                    yield _result(future, futures[future])
        finally:
            pool.shutdown(cancel_futures=True)
    unfinished += [job for future, job in futures.items() if isinstance(future.exception(), BrokenProcessPool)]


def _result(future: Future[Made | Failed], job: Job) -> Made | Failed:
    fault = future.exception()
    return future.result() if fault is None else Failed(job, Reason.FAULT, f"{type(fault).__name__}: {fault}")
