"""The parent process: lets children open mutants, notices who crashes, hangs or raises, and goes on after it."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.scan.fuzzing.verdict import FAILURES, Verdict

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 10.0
"""A mutant that takes longer hangs. The first of a child may also need its imports."""
START_S = 60.0


@dataclass
class Outcome:
    """How many mutants got which verdict, and the stories of those that failed."""

    verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: str = ""

    @property
    def count(self) -> int:
        """How many mutants were opened."""
        return sum(self.verdicts.values())

    def table(self) -> str:
        """Return the verdicts as a table, then each failure in a line."""
        rows = [(verdict.value, self.verdicts[verdict.name]) for verdict in Verdict]
        rows += [(name, n) for name, n in self.verdicts.items() if name not in Verdict.__members__]
        lines = [f"{n:7d}  {100 * n / max(1, self.count):5.1f} %  {what}" for what, n in rows if n]
        return "\n".join([*lines, f"{self.count:7d}           mutants", *self.failures])


def fuzz(seed: int, count: int, tell: Callable[[int], None] = lambda done: None, first: int = 0) -> Outcome:
    """Open ``count`` mutants, from number ``first``; never raises for what they do to the reader."""
    outcome, number, end = Outcome(), first, first + count
    while number < end:
        number = _one_child(seed, number, end, outcome, tell)
    return outcome


def _one_child(seed: int, first: int, end: int, outcome: Outcome, tell: Callable[[int], None]) -> int:
    """Run one child until it ends or hangs; return the next mutant's number."""
    command = [sys.executable, "-m", "tests.scan.fuzzing.opening", str(seed), str(first), str(end)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        number, story, patience = first, "", START_S
        while line := _line(child.stdout, patience):
            said = json.loads(line)
            number, patience = said["number"], PATIENCE_S
            story = said.get("story", story)
            if "verdict" in said:
                _count(outcome, seed, number, story, said["verdict"])
                number += 1
                tell(outcome.count)
        if line is None:
            child.kill()
        _, last_words = child.communicate()
    if number < end:
        fault = "hung over 10 s" if line is None else _fault(child.returncode, last_words)
        outcome.verdicts[fault.partition(":")[0]] += 1
        outcome.failures.append(f"seed {seed} number {number}: {story} → {fault}")
        number += 1
    return number


def _count(outcome: Outcome, seed: int, number: int, story: str, name: str) -> None:
    outcome.verdicts[name] += 1
    if Verdict[name] in FAILURES:
        outcome.failures.append(f"seed {seed} number {number}: {story} → {Verdict[name].value}")


def _line(stream: IO[str], patience_s: float) -> str | None:
    """Return the next line, "" at the end, None where none comes in time."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(stream, selectors.EVENT_READ)
        if not waiting.select(patience_s):
            return None
    return stream.readline()


def _fault(code: int, last_words: str) -> str:
    lines = [line for line in last_words.splitlines() if line.strip()]
    if code < 0 or not lines:
        where = next((line for line in lines if "/ai/" in line or "site-packages" in line), "")
        return f"crashed: signal {-code} {where.strip()}"
    where = next((line for line in reversed(lines) if "/ai/" in line), "")
    return f"raised: {lines[-1].strip()} {where.strip()}"
