"""How many reports a second one core labels, and how much faster one tree is than a pattern for every phrase."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from ai.report import label
from ai.report.labelling import forget_sentences
from ai.report.reading.patterns import phrases
from ai.vocabulary import report_terms
from tests.benchmarks.figures import Figure
from tests.benchmarks.stopwatch import timed
from tests.report.trap_sentences import traps

SENTENCES = 24
"""A report's, about; CT-RATE's have 24."""
REPORTS = 300


def reports(shared: Path | None) -> tuple[list[str], str]:
    """Return the real reports where they are, else ours; and what they are."""
    real = None if shared is None else shared / "reports" / "ctrate_train.csv"
    if real is not None and real.is_file():
        with real.open(encoding="utf-8", newline="") as file:
            return [row["report_text"] for row in csv.DictReader(file)], "real reports"
    return ours(), "reports of short trap sentences"


def ours() -> list[str]:
    """Put reports together from the English traps, no two alike, a third of the sentences templated as in real ones."""
    lines = [trap.text for trap in traps() if trap.topic.startswith("english") and "\n" not in trap.text]
    template = lines[: SENTENCES // 3]
    return [" ".join([*template, *_measured(lines, number)]) for number in range(REPORTS)]


def _measured(lines: list[str], number: int) -> Iterator[str]:
    for place in range(SENTENCES - SENTENCES // 3):
        yield f"{lines[(number * 7 + place * 13) % len(lines)]} Image {number}."


def test_reports_a_second(
    benchmark: BenchmarkFixture, tell: Callable[[Figure], None], shared_or_none: Path | None
) -> None:
    """Processor time of one core, nothing remembered at first; the peer searches every term by its own pattern."""
    texts, which = reports(shared_or_none)
    label(texts[0])
    took: list[float] = []

    def run() -> None:
        forget_sentences()
        began = time.process_time()
        for text in texts:
            label(text)
        took.append((time.process_time() - began) / len(texts))

    timed(benchmark, run, rounds=3, warm=0)
    peer = _by_patterns(texts[:5])
    note = f"{peer / min(took):.0f} times as fast as a search for each term by its own pattern, in the same run"
    tell(Figure(f"{which} labelled a second by one core", 1 / min(took), "/s", note=note))


def _by_patterns(texts: list[str]) -> float:
    """Return seconds a report of only finding the terms, one compiled pattern a term."""
    written = report_terms("findings")
    entries = [*written["finding"].values(), *written["head"].values()]
    terms = {phrase for entry in entries for pattern in entry.get("en", ()) for phrase in phrases(pattern)}
    patterns = [re.compile(rf"\b{re.escape(term)}s?\b", re.IGNORECASE) for term in sorted(terms)]
    began = time.process_time()
    for text in texts:
        for pattern in patterns:
            pattern.search(text)
    return (time.process_time() - began) / len(texts)
