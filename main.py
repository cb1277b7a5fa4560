"""Interval's command line: open the window (default), demo, analyse, compare, train."""

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
    from ai.findings import Analysis
    from ai.series import Scan

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
        parsed = _parser(words).parse_args(words[1:] if words and words[0] in COMMANDS else words)
        command: Callable[[argparse.Namespace, Progress], int] = parsed.command
        return command(parsed, progress)
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


def open_window(parsed: argparse.Namespace, progress: Progress) -> int:
    """Open the window on the paths named, or empty."""
    from viewer.headless.screen import why_no_screen  # noqa: PLC0415

    reason = why_no_screen()
    if reason:
        return _told(f"{reason} Without one: main.py analyse SCAN --out FOLDER.", NO_WINDOW)
    return run_window([Path(path) for path in parsed.paths])


def demo(parsed: argparse.Namespace, progress: Progress) -> int:
    """Open the demo study; without a screen write its reading to a folder."""
    from viewer.headless.screen import why_no_screen  # noqa: PLC0415

    reason = why_no_screen()
    if reason:
        _told(f"{reason} The demo's reading is written to a folder instead.", 0)
        _made(parsed.out)
    prior, current = demo_paths(Part(progress, 0.0, 0.4))
    if not reason:
        _cleared(progress)
        return run_window([current], prior)
    return _write_pair(prior, current, "auto", parsed.out, Part(progress, 0.4, 1.0), with_pictures=True)


def analyse(parsed: argparse.Namespace, progress: Progress) -> int:
    """Analyse one scan into a folder."""
    from ai import report  # noqa: PLC0415
    from ai.findings import Setting  # noqa: PLC0415

    scan = read_scan(parsed.scan, Part(progress, 0.0, 0.3))
    _made(parsed.out)
    analysis = analysed(scan, parsed.device, Part(progress, 0.3, 0.9), parsed.bundle).at(Setting(parsed.setting))
    report.write_analysis(analysis, scan, parsed.out, Part(progress, 0.9, 1.0))
    report.write_report(parsed.out, scan, analysis)
    done = _done(parsed.out, progress)
    return _told(_why_withheld(scan, analysis), UNREADABLE) if analysis.withheld else done


def compare(parsed: argparse.Namespace, progress: Progress) -> int:
    """Compare two scans into a folder."""
    return _write_pair(parsed.prior, parsed.current, parsed.device, parsed.out, progress)


def train(parsed: argparse.Namespace, progress: Progress) -> int:
    """Train a model by the recipe of the shipped one; goes on where an earlier run in the folder stopped."""
    from ai import training  # noqa: PLC0415

    if parsed.scans is not None and not parsed.scans.is_dir():
        raise IntervalError(f"{parsed.scans} is no folder; name the one with the scans, or leave --scans out.")
    _made(parsed.out)
    plan = training.Plan(
        parsed.out,
        parsed.scans,
        training.Recipe(steps=parsed.steps, compiled=parsed.compile),
        train_cases=parsed.cases,
        device=parsed.device,
        workers=parsed.workers,
        first_case=parsed.first_case,
        init=parsed.init,
    )
    training.train(plan, progress)
    _cleared(progress)
    sys.stdout.write(f"The bundle lies in {(parsed.out / 'bundle').resolve()}\n")
    return 0


def phantom(parsed: argparse.Namespace, progress: Progress) -> int:
    """Write a synthetic case, or a prior and its follow-up, with masks and report."""
    from ai.phantom.studies.files import write_case  # noqa: PLC0415

    _made(parsed.out)
    names = None if parsed.findings is None else frozenset(n.strip() for n in parsed.findings.split(",") if n.strip())
    write_case(parsed.seed, parsed.out, names, parsed.spacing, parsed.follow_up, progress)
    _cleared(progress)
    sys.stdout.write(f"The case lies in {parsed.out.resolve()}\n")
    return 0


def report_study(parsed: argparse.Namespace, progress: Progress) -> int:
    """Draft a report of a study that nobody has read, which it says; a report that is given is held against it."""
    from ai.draft import Language  # noqa: PLC0415
    from ai.report import unread_report  # noqa: PLC0415
    from ai.report.text_file import read_report  # noqa: PLC0415

    report = None if parsed.check is None else read_report(parsed.check)
    now = read_scan(parsed.study, Part(progress, 0.0, 0.15))
    then = None if parsed.prior is None else read_scan(parsed.prior, Part(progress, 0.15, 0.3))
    _made(parsed.out)
    reading = unread_report.analysed_study(
        now, then, lambda scan, part: analysed(scan, parsed.device, part), Part(progress, 0.3, 1.0)
    )
    unread_report.write_unread_report(reading, Language(parsed.language), parsed.out, report)
    return _done(parsed.out, progress)


COMMANDS: dict[str, Callable[[argparse.Namespace, Progress], int]] = {
    "demo": demo,
    "analyse": analyse,
    "compare": compare,
    "train": train,
    "phantom": phantom,
    "report": report_study,
}


def run_window(paths: Sequence[Path], prior: Path | None = None) -> int:
    """Open the window; returns when it is closed. Ctrl-C ends it at once: Qt's loop would not let Python answer."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from viewer import app  # noqa: PLC0415

    return app.run(paths, prior)


def demo_paths(progress: Progress) -> tuple[Path, Path]:
    """Return the folders of the demo study's prior and current scan."""
    from ai import phantom  # noqa: PLC0415
    from ai.phantom.demo_folders import demo_folders  # noqa: PLC0415

    return demo_folders(phantom.demo_study, progress=progress)


def read_scan(path: Path, progress: Progress) -> Scan:
    """Read a scan whole and say its notices."""
    from ai import scan  # noqa: PLC0415

    found = scan.read(path, progress)
    _cleared(progress)
    for notice in found.notices:
        _told(f"{path}: {notice.text}", 0)
    return found


def analysed(scan: Scan, device: str, progress: Progress, folder: Path | None = None) -> Analysis:
    """Analyse a scan with the shipped model, or with the bundle of a folder; a refusal names the scan.

    In grave doubt its findings are withheld.
    """
    from ai import model  # noqa: PLC0415
    from ai.model.withholding import analyse_or_withhold  # noqa: PLC0415

    bundle = model.load_bundle(folder)
    try:
        return analyse_or_withhold(scan.volume, bundle, device, progress)
    except model.ModelError as refusal:
        raise IntervalError(f"{scan.series.source}: {refusal}") from refusal


def _why_withheld(scan: Scan, analysis: Analysis) -> str:
    return f"{scan.series.source}: findings are withheld. " + " ".join(d.sentence for d in analysis.doubts if d.grave)


def _write_pair(
    prior: Path, current: Path, device: str, out: Path, progress: Progress, with_pictures: bool = False
) -> int:
    """Write the current scan's analysis, the prior's into ``prior/``, the comparison and the report."""
    from ai import comparison, report  # noqa: PLC0415

    then, now = read_scan(prior, Part(progress, 0.0, 0.1)), read_scan(current, Part(progress, 0.1, 0.2))
    _made(out)
    found = comparison.register(then.volume, now.volume, Part(progress, 0.2, 0.45))
    analysis = analysed(now, device, Part(progress, 0.45, 0.62))
    earlier = analysed(then, device, Part(progress, 0.62, 0.8))
    for seen, said in ((now, analysis), (then, earlier)):
        if said.withheld:
            raise IntervalError(_why_withheld(seen, said))
    changed = comparison.compare(then, earlier, now, analysis, found, Part(progress, 0.8, 0.82))
    report.write_analysis(analysis, now, out, Part(progress, 0.82, 0.86))
    report.write_analysis(earlier, then, out / "prior", Part(progress, 0.86, 0.9))
    report.write_comparison(changed, then, now, out)
    report.write_field(found, now.volume.grid, out)
    pictures: list[Path] = []
    if with_pictures:
        from viewer.headless import pictures as headless  # noqa: PLC0415

        place = headless.place_of(headless.main_finding(analysis), now)
        pair = headless.pair_to_show(now, analysis, then, earlier, found.point_in_prior(place))
        pictures = headless.write_pictures(pair, out / "pictures", Part(progress, 0.9, 1.0))
    report.write_report(out, now, analysis, pictures, then, changed)
    return _done(out, progress)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    command = words[0] if words and words[0] in COMMANDS else ""
    makers = {
        "demo": _demo_parser,
        "analyse": _analyse_parser,
        "compare": _compare_parser,
        "train": _train_parser,
        "phantom": _phantom_parser,
        "report": _report_parser,
    }
    return makers.get(command, _open_parser)()


def _open_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Interval reads chest CT. Research use only, not for clinical diagnosis.",
        epilog="Commands: main.py demo · main.py analyse SCAN --out DIR · main.py compare PRIOR CURRENT --out DIR "
        "· main.py report STUDY --out DIR · main.py train --out DIR · main.py phantom --seed N --out DIR; "
        "each explains itself with --help. A path named like a command is opened as ./demo.",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="folder, ZIP, DICOMDIR, NIfTI, NRRD or MHA; two to compare"
    )
    parser.set_defaults(command=open_window)
    return parser


def _demo_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py demo", description="Open the embedded synthetic patient.")
    parser.add_argument("--out", type=Path, default=DEMO_OUT, help="folder of the reading where no window can open")
    parser.set_defaults(command=demo)
    return parser


def _analyse_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py analyse", description="Analyse a scan into a folder.")
    parser.add_argument("scan", type=Path, metavar="SCAN")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="another model than the shipped one")
    _add_engine_options(parser)
    told = "how readily findings are called present (default balanced)"
    parser.add_argument("--setting", choices=("sensitive", "balanced", "specific"), default="balanced", help=told)
    parser.set_defaults(command=analyse)
    return parser


def _compare_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py compare", description="Compare two scans of a patient.")
    parser.add_argument("prior", type=Path, metavar="PRIOR")
    parser.add_argument("current", type=Path, metavar="CURRENT")
    _add_engine_options(parser)
    parser.set_defaults(command=compare)
    return parser


def _train_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py train", description="Train a model on synthetic abnormalities.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the run and its bundle")
    parser.add_argument("--scans", type=Path, metavar="DIR", help="folder with the real scans used as anatomy")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--cases", type=int, default=420, help="training cases to draw")
    parser.add_argument("--init", type=Path, metavar="DIR", help="bundle to begin with, instead of chance")
    told = "number of the first training case: with --init, new ones are learned from (default 0)"
    parser.add_argument("--first-case", type=int, default=0, metavar="N", help=told)
    parser.add_argument("--compile", action="store_true", help="a fifth faster on a CPU; needs a C++ compiler")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw side by side (default 2)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.set_defaults(command=train)
    return parser


def _phantom_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py phantom", description="Write a synthetic scan and its exact truth.")
    parser.add_argument("--seed", type=int, required=True, metavar="N", help="decides everything")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to; made if missing")
    parser.add_argument("--findings", metavar="A,B", help="exactly these; chance decides without")
    parser.add_argument("--follow-up", action="store_true", help="also a second scan, with each lesion's fate")
    parser.add_argument("--spacing", type=float, default=1.5, metavar="MM", help="voxel size (default 1.5)")
    parser.set_defaults(command=phantom)
    return parser


def _report_parser() -> argparse.ArgumentParser:
    told = "Draft a report from findings that nobody has read; it says so."
    parser = argparse.ArgumentParser(prog="main.py report", description=told)
    parser.add_argument("study", type=Path, metavar="STUDY")
    parser.add_argument("--prior", type=Path, metavar="STUDY", help="an earlier scan of the patient")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="English or Chinese (default en)")
    parser.add_argument("--check", type=Path, metavar="TEXT", help="also hold this report against the picture")
    _add_engine_options(parser)
    parser.set_defaults(command=report_study)
    return parser


def _add_engine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to; made if missing")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def _made(folder: Path) -> None:
    """Make the output folder before the work, so that a wrong one does not cost minutes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise IntervalError(f"The folder {folder} cannot be made ({cause.strerror}); choose another.") from cause


def _done(folder: Path, progress: Progress) -> int:
    _cleared(progress)
    sys.stdout.write(f"The reading lies in {folder.resolve()}\n")
    return 0


def _cleared(progress: Progress) -> None:
    while isinstance(progress, Part):
        progress = progress.whole
    if isinstance(progress, OnTerminal):
        progress.clear()


def _told(sentence: str, code: int) -> int:
    _say(f"{sentence}\n")
    return code


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
