"""Interval's command line: open the window (default), demo, analyse, compare, label, train, evaluate."""

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
    from ai.geometry import PointMm
    from ai.series import Scan, Series

    Read = tuple[Scan, Analysis, Callable[[PointMm], PointMm] | None]

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
    return _write_pair(prior, current, parsed, Part(progress, 0.4, 1.0), with_pictures=True)


def analyse(parsed: argparse.Namespace, progress: Progress) -> int:
    """Analyse one scan into a folder."""
    from ai import report  # noqa: PLC0415
    from ai.findings import Setting  # noqa: PLC0415

    scan = read_scan(parsed.scan, Part(progress, 0.0, 0.3))
    _made(parsed.out)
    hand_on = report.HandOn(parsed.dicom, parsed.anonymous)
    hand_on.check(scan)
    analysis = analysed(scan, parsed.device, Part(progress, 0.3, 0.8), parsed.bundle).at(Setting(parsed.setting))
    shown = hand_on.shown(scan)
    report.write_analysis(analysis, shown, parsed.out, Part(progress, 0.8, 0.85))
    drawing = Part(progress, 0.85, 0.9)
    pictures = _pictures_of(parsed.out, drawing, (shown, analysis, None)) if parsed.dicom else ()
    report.write_report(parsed.out, shown, analysis, pictures)
    hand_on.write(report.DicomReading(shown, analysis, pictures=pictures), parsed.out, Part(progress, 0.9, 1.0))
    done = _done(parsed.out, progress)
    return _told(_why_withheld(scan, analysis), UNREADABLE) if analysis.withheld else done


def compare(parsed: argparse.Namespace, progress: Progress) -> int:
    """Compare two scans, or any number by their dates, into a folder."""
    if len(parsed.later) == 1:
        return _write_pair(parsed.prior, parsed.later[0], parsed, progress, with_pictures=parsed.dicom)
    from ai import scan, studies  # noqa: PLC0415

    found = [scan.only_series(path, Part(progress, 0.0, 0.02)) for path in (parsed.prior, *parsed.later)]
    *older, prior, current = studies.oldest_first(found)
    return _write_pair(prior, current, parsed, Part(progress, 0.02, 1.0), with_pictures=parsed.dicom, older=older)


def label(parsed: argparse.Namespace, progress: Progress) -> int:
    """Label the reports of a CSV file into another."""
    from ai import report  # noqa: PLC0415

    vocabulary, uncertain = report.Vocabulary(parsed.vocabulary), report.Uncertain(parsed.uncertain)
    count = report.label_file(parsed.reports, parsed.out, vocabulary, uncertain, progress)
    _cleared(progress)
    sys.stdout.write(f"The labels of {count} reports lie in {parsed.out.resolve()}\n")
    return 0


def train(parsed: argparse.Namespace, progress: Progress) -> int:
    """Train a model by the recipe of the shipped one, or on reports; goes on where an earlier run stopped."""
    from ai.training import command_line  # noqa: PLC0415

    command_line.refuse_what_is_not_there(parsed)
    _made(parsed.out)
    folder = command_line.train_as_told(parsed, progress)
    _cleared(progress)
    if folder is not None:
        sys.stdout.write(f"The bundle lies in {folder.resolve()}\n")
    return 0


def evaluate(parsed: argparse.Namespace, progress: Progress) -> int:
    """Measure a model by an archive's reports, alone or against another."""
    from ai.training import command_line  # noqa: PLC0415

    _made(parsed.out)
    found = command_line.evaluate_as_told(parsed, progress)
    _cleared(progress)
    sys.stdout.write(f"{found.sentence}\nThe page is {found.page.resolve()}\n")
    return 0


def cohort(parsed: argparse.Namespace, progress: Progress) -> int:
    """Pair an archive's scans with their reports and keep them ready to learn from, without a patient's name."""
    from ai.training.cohort import command_line  # noqa: PLC0415

    said = command_line.build_as_told(parsed, progress)
    _cleared(progress)
    sys.stdout.write(f"{said}\n")
    return 0


def hospital(parsed: argparse.Namespace, progress: Progress) -> int:
    """Write a synthetic hospital: scans, reports, truth."""
    from ai.phantom.hospital import command_line  # noqa: PLC0415

    said = command_line.write_as_told(parsed, progress)
    _cleared(progress)
    sys.stdout.write(f"{said}\n")
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
    from ai.report import report_text, unread_report  # noqa: PLC0415

    report = None if parsed.check is None else report_text(parsed.check)
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
    "label": label,
    "train": train,
    "evaluate": evaluate,
    "phantom": phantom,
    "cohort": cohort,
    "hospital": hospital,
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


def read_scan(source: Path | Series, progress: Progress) -> Scan:
    """Read a scan whole and say its notices."""
    from ai import scan  # noqa: PLC0415

    found = scan.read(source, progress)
    _cleared(progress)
    for notice in found.notices:
        _told(f"{found.series.source}: {notice.text}", 0)
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
    prior: Path | Series,
    current: Path | Series,
    parsed: argparse.Namespace,
    progress: Progress,
    with_pictures: bool = False,
    older: Sequence[Series] = (),
) -> int:
    """Write the current scan's analysis, the prior's into ``prior/``, the comparison and the report.

    Of studies older than the prior one after the other is held in memory, beside these two.
    """
    from ai import comparison, report  # noqa: PLC0415
    from ai.findings import Setting  # noqa: PLC0415

    then, now = read_scan(prior, Part(progress, 0.0, 0.1)), read_scan(current, Part(progress, 0.1, 0.2))
    out: Path = parsed.out
    _made(out)
    hand_on = report.HandOn(parsed.dicom, parsed.anonymous)
    hand_on.check(now)
    found = comparison.register(then.volume, now.volume, Part(progress, 0.2, 0.45))
    analysis = analysed(now, parsed.device, Part(progress, 0.45, 0.62))
    earlier = analysed(then, parsed.device, Part(progress, 0.62, 0.8))
    for seen, said in ((now, analysis), (then, earlier)):
        if said.withheld:
            raise IntervalError(_why_withheld(seen, said))
    changed = comparison.compare(then, earlier, now, analysis, found, Part(progress, 0.8, 0.82))
    lines = None
    if older:
        reads = (read_scan, lambda seen, part: analysed(seen, parsed.device, part))
        kept = comparison.older_studies(older, now, analysis, *reads, Part(progress, 0.5, 0.8))
        kept = (*kept, comparison.older_study(then, earlier, now, analysis, found))
        lines = hand_on.lines(comparison.timeline(now, analysis, kept).told(Setting.BALANCED))
    then, now = hand_on.shown(then), hand_on.shown(now)
    report.write_analysis(analysis, now, out, Part(progress, 0.82, 0.86))
    report.write_analysis(earlier, then, out / "prior", Part(progress, 0.86, 0.9))
    report.write_comparison(changed, then, now, out, lines)
    report.write_field(found, now.volume.grid, out)
    both = (now, analysis, None), (then, earlier, found.point_in_prior)
    pictures = _pictures_of(out, Part(progress, 0.9, 0.95), *both) if with_pictures else ()
    report.write_report(out, now, analysis, pictures, then, changed, lines)
    reading = report.DicomReading(now, analysis, prior=then, comparison=changed, pictures=pictures)
    hand_on.write(reading, out, Part(progress, 0.95, 1.0))
    return _done(out, progress)


def _pictures_of(out: Path, progress: Progress, *readings: Read) -> Sequence[Path]:
    """Picture the current scan's main finding, and the same place in the prior; none where the system cannot draw."""
    try:
        from viewer.headless import pictures as headless  # noqa: PLC0415
    except ImportError as error:
        _told(f"Pictures are left out: this system cannot draw them ({error}).", 0)
        return ()
    return headless.picture_readings(readings, out / "pictures", progress)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    command = words[0] if words and words[0] in COMMANDS else ""
    makers = {
        "demo": _demo_parser,
        "analyse": _analyse_parser,
        "compare": _compare_parser,
        "label": _label_parser,
        "train": _train_parser,
        "evaluate": _evaluate_parser,
        "phantom": _phantom_parser,
        "cohort": _cohort_parser,
        "hospital": _hospital_parser,
        "report": _report_parser,
    }
    return makers.get(command, _open_parser)()


def _open_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Interval reads chest CT. Research use only, not for clinical diagnosis.",
        epilog="Commands: main.py demo · main.py analyse SCAN --out DIR · main.py compare PRIOR CURRENT --out DIR "
        "· main.py report STUDY --out DIR · main.py label REPORTS.csv --out LABELS.csv · main.py train --out DIR "
        "· main.py evaluate --cohort DIR · main.py phantom --seed N --out DIR; "
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
    parser.set_defaults(command=demo, device="auto", dicom=False, anonymous=False)
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
    told = "Compare two scans of a patient; of more, in any order, the latest by date with all the others."
    parser = argparse.ArgumentParser(prog="main.py compare", description=told)
    parser.add_argument("prior", type=Path, metavar="PRIOR")
    parser.add_argument("later", type=Path, metavar="CURRENT", nargs="+")
    _add_engine_options(parser)
    parser.set_defaults(command=compare)
    return parser


def _label_parser() -> argparse.ArgumentParser:
    told = "Label chest-CT reports, English or Chinese, of a CSV file: one row a report, one column a label."
    parser = argparse.ArgumentParser(prog="main.py label", description=told)
    told = "with a column report_text, or findings and impression, and an id; UTF-8 or GB18030"
    parser.add_argument("reports", type=Path, metavar="REPORTS.csv", help=told)
    parser.add_argument("--out", type=Path, required=True, metavar="LABELS.csv", help="file to write")
    parser.add_argument("--vocabulary", choices=("radchest83", "ctrate18"), default="radchest83", help="the columns")
    told = "what a label that is only doubted becomes (default 1: radiologists hedge)"
    parser.add_argument("--uncertain", choices=("blank", "1", "0"), default="1", help=told)
    parser.set_defaults(command=label)
    return parser


def _train_parser() -> argparse.ArgumentParser:
    from ai.training import command_line  # noqa: PLC0415

    parser = command_line.training_parser()
    parser.set_defaults(command=train)
    return parser


def _cohort_parser() -> argparse.ArgumentParser:
    from ai.training.cohort import command_line  # noqa: PLC0415

    return command_line.parser(cohort)


def _hospital_parser() -> argparse.ArgumentParser:
    from ai.phantom.hospital import command_line  # noqa: PLC0415

    return command_line.parser(hospital)


def _evaluate_parser() -> argparse.ArgumentParser:
    from ai.training import command_line  # noqa: PLC0415

    parser = command_line.evaluation_parser()
    parser.set_defaults(command=evaluate)
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
    parser.add_argument("--dicom", action="store_true", help="also write DICOM objects and a PDF into DIR/dicom")
    told = "write no name, date or number of the patient; identifiers are replaced by hidden ones"
    parser.add_argument("--anonymous", action="store_true", help=told)


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
