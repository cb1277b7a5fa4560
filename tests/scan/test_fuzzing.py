"""A few of the damaged scans on every run; ``python -m tests.scan.fuzzing`` opens ten thousand."""

from __future__ import annotations

import numpy as np

from tests.scan.fuzzing.corpus import corpus
from tests.scan.fuzzing.mutants import mutant
from tests.scan.fuzzing.running import fuzz
from tests.scan.fuzzing.verdict import FAILURES, Verdict

COUNT = 600
MOST_UNKNOWABLE = 0.12


def test_no_damage_crashes_hangs_or_shows_a_wrong_picture_in_silence() -> None:
    outcome = fuzz(seed=1, count=COUNT)
    assert not outcome.failures, outcome.table()
    assert outcome.count == COUNT
    unknowable = (Verdict.SAID_SO, Verdict.OTHER_PIXELS, Verdict.OTHER_STREAM)
    share = sum(outcome.verdicts[verdict.name] for verdict in unknowable) / COUNT
    assert share < MOST_UNKNOWABLE, outcome.table()
    assert min(outcome.verdicts[verdict.name] for verdict in (Verdict.TOLD, Verdict.SAME, Verdict.REFUSED)) > COUNT / 20


def test_the_same_number_is_the_same_damage() -> None:
    for number in range(60):
        assert mutant(1, number).files == mutant(1, number).files
        assert mutant(1, number).story == mutant(1, number).story


def test_most_damage_changes_a_file() -> None:
    changed = [mutant(1, number).files != mutant(1, number).sample.files for number in range(300)]
    assert np.mean(changed) > 0.95


def test_every_syntax_is_damaged() -> None:
    assert {mutant(1, number).sample.name for number in range(len(corpus()))} == {sample.name for sample in corpus()}
    assert len(FAILURES) == 3
