"""The child process: opens one mutant after the other and says what became of each, line by line.

A crash, a hang or an unexpected exception ends it; the parent, which reads the lines, then knows the mutant.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import tempfile
import warnings
from pathlib import Path

from tests.scan.fuzzing.mutants import mutant
from tests.scan.fuzzing.verdict import judged

MEMORY_BYTES = 4 << 30
"""More than this is refused to the child, so that a damaged size cannot take the machine's memory."""


def main() -> None:
    """Arguments: seed, first number, number after the last."""
    faulthandler.enable()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    seed, first, end = (int(argument) for argument in sys.argv[1:])
    for number in range(first, end):
        damaged = mutant(seed, number)
        _say({"number": number, "story": damaged.story})
        with tempfile.TemporaryDirectory() as folder:
            for name, whole in damaged.files.items():
                Path(folder, name).write_bytes(whole)
            _say({"number": number, "verdict": judged(damaged, Path(folder)).name})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
