"""Interval's command line: the window (default), the demo, and the commands of ``ai.commands``."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ai.errors import IntervalError
from ai.progress import Part, Progress

if TYPE_CHECKING:
    from ai.commands.desk import Desk, Done, ToShow

UNREADABLE = 2
"""Exit code for input that cannot be read and for wrong usage."""
NO_WINDOW = 1
"""Exit code where the system lacks a screen or a library."""
STOPPED = 130
"""Exit code after Ctrl-C (128 + SIGINT)."""

DEMO_OUT = Path("build/demo")


class OnTerminal:
    """Shows progress on one line of stderr, if that is a terminal."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._width = 0

    def report(self, fraction: float, doing: str) -> None:
        """Write over the line before."""
        if self._shows:
            line = f"{fraction:4.0%} {doing}"
            _say(f"\r{line:<{self._width}}")
            self._width = len(line)

    def clear(self) -> None:
        """Leave an empty line."""
        if self._width:
            _say(f"\r{'':<{self._width}}\r")
            self._width = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code. A path named like a command is opened as ``./demo``."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    progress = OnTerminal()
    try:
        if words and words[0] in COMMANDS:
            return COMMANDS[words[0]](words[1:], progress)
        return open_window(_open_parser().parse_args(words))
    except IntervalError as error:
        progress.clear()
        return _told(str(error), UNREADABLE)
    except ImportError as error:
        progress.clear()
        if "cannot open shared object file" not in str(error):
            raise
        from viewer.headless.screen import missing_library  # noqa: PLC0415

        return _told(missing_library(str(error).partition(":")[0]), NO_WINDOW)
    except KeyboardInterrupt:
        progress.clear()
        return _told("Stopped.", STOPPED)
    finally:
        progress.clear()


def open_window(parsed: argparse.Namespace) -> int:
    """Open the window on the paths named, or empty."""
    from viewer.headless.screen import why_no_screen  # noqa: PLC0415

    reason = why_no_screen()
    if reason:
        return _told(f"{reason} Without one: main.py analyse SCAN --out FOLDER.", NO_WINDOW)
    return run_window([Path(path) for path in parsed.paths])


def run_window(paths: Sequence[Path], prior: Path | None = None) -> int:
    """Open the window; returns when it is closed. Ctrl-C ends it at once: Qt's loop would not let Python answer."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from viewer import app  # noqa: PLC0415

    return app.run(paths, prior)


def demo(words: Sequence[str], progress: OnTerminal) -> int:
    """Open the demo study; without a screen write its reading to a folder."""
    from viewer.headless.screen import why_no_screen  # noqa: PLC0415

    parsed = _demo_parser().parse_args(words)
    reason = why_no_screen()
    if reason:
        _told(f"{reason} The demo's reading is written to a folder instead.", 0)
    prior, current = demo_paths(Part(progress, 0.0, 0.4))
    if not reason:
        progress.clear()
        return run_window([current], prior)
    from ai.commands import compare  # noqa: PLC0415

    desk = _desk(progress).within(0.4, 1.0)
    return _ended(compare.write_pair(prior, current, parsed, desk, with_pictures=True), progress)


def demo_paths(progress: Progress) -> tuple[Path, Path]:
    """Return the folders of the demo study's prior and current scan."""
    from ai import phantom  # noqa: PLC0415
    from ai.phantom.demo_folders import demo_folders  # noqa: PLC0415

    return demo_folders(phantom.demo_study, progress=progress)


def analyse(words: Sequence[str], progress: OnTerminal) -> int:
    """Analyse one scan into a folder."""
    from ai.commands import analyse as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def compare(words: Sequence[str], progress: OnTerminal) -> int:
    """Compare two scans, or any number by their dates, into a folder."""
    from ai.commands import compare as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def report(words: Sequence[str], progress: OnTerminal) -> int:
    """Draft a report of a study that nobody has read."""
    from ai.commands import report as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def label(words: Sequence[str], progress: OnTerminal) -> int:
    """Label the reports of a CSV file into another."""
    from ai.commands import label as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def train(words: Sequence[str], progress: OnTerminal) -> int:
    """Train a model."""
    from ai.commands import train as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def evaluate(words: Sequence[str], progress: OnTerminal) -> int:
    """Measure a model by an archive's reports."""
    from ai.commands import evaluate as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def phantom(words: Sequence[str], progress: OnTerminal) -> int:
    """Write a synthetic case."""
    from ai.commands import phantom as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def cohort(words: Sequence[str], progress: OnTerminal) -> int:
    """Pair an archive's scans with their reports."""
    from ai.commands import cohort as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


def hospital(words: Sequence[str], progress: OnTerminal) -> int:
    """Write a synthetic hospital."""
    from ai.commands import hospital as command  # noqa: PLC0415

    return _ended(command.run(command.parser().parse_args(words), _desk(progress)), progress)


COMMANDS: dict[str, Callable[[Sequence[str], OnTerminal], int]] = {
    "demo": demo,
    "analyse": analyse,
    "compare": compare,
    "report": report,
    "label": label,
    "train": train,
    "evaluate": evaluate,
    "phantom": phantom,
    "cohort": cohort,
    "hospital": hospital,
}


def _open_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Interval reads chest CT. Research use only, not for clinical diagnosis.",
        epilog=f"Commands: {', '.join(COMMANDS)}; each explains itself with --help, as in main.py analyse --help. "
        "A path named like a command is opened as ./demo.",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="folder, ZIP, DICOMDIR, NIfTI, NRRD or MHA; two to compare"
    )
    return parser


def _demo_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py demo", description="Open the embedded synthetic patient.")
    parser.add_argument("--out", type=Path, default=DEMO_OUT, help="folder of the reading where no window can open")
    parser.set_defaults(device="auto", dicom=False, anonymous=False)
    parser.set_defaults(screening=None, known_cancer=None, immunosuppressed=None, risk=None)
    return parser


def _desk(progress: OnTerminal) -> Desk:
    from ai.commands.desk import Desk  # noqa: PLC0415

    def tell(sentence: str) -> None:
        progress.clear()
        _told(sentence, 0)

    return Desk(progress, tell, _pictures_of)


def _pictures_of(readings: Sequence[ToShow], folder: Path, progress: Progress) -> Sequence[Path]:
    """Picture the current scan's main finding, and the same place in the prior; none where the system cannot draw."""
    try:
        from viewer.headless import pictures as headless  # noqa: PLC0415
    except ImportError as error:
        _told(f"Pictures are left out: this system cannot draw them ({error}).", 0)
        return ()
    return headless.picture_readings(readings, folder, progress)


def _ended(done: Done, progress: OnTerminal) -> int:
    progress.clear()
    if done.said:
        sys.stdout.write(f"{done.said}\n")
    if done.refused:
        _told(done.refused, done.code)
    return done.code


def _told(sentence: str, code: int) -> int:
    _say(f"{sentence}\n")
    return code


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
