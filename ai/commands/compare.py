"""``main.py compare``: two scans, or any number by their dates, into a folder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ai import comparison, report, scan, studies
from ai.commands import options, scans
from ai.commands.desk import Desk, Done
from ai.commands.older_studies import lines_through
from ai.errors import IntervalError
from ai.series import Series


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    told = "Compare two scans of a patient; of more, in any order, the latest by date with all the others."
    found = options.parser_of("compare", told)
    found.add_argument("prior", type=Path, metavar="PRIOR")
    found.add_argument("later", type=Path, metavar="CURRENT", nargs="+")
    options.add_out(found)
    options.add_device(found)
    options.add_hand_on(found)
    options.add_patient(found)
    return found


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Compare the two that are named, or the latest two by date with the older ones' lines."""
    if len(parsed.later) == 1:
        return write_pair(parsed.prior, parsed.later[0], parsed, desk, parsed.dicom)
    found = [scan.only_series(path, desk.part(0.0, 0.02)) for path in (parsed.prior, *parsed.later)]
    *older, prior, current = studies.oldest_first(found)
    return write_pair(prior, current, parsed, desk.within(0.02, 1.0), parsed.dicom, older)


def write_pair(
    prior: Path | Series,
    current: Path | Series,
    parsed: argparse.Namespace,
    desk: Desk,
    with_pictures: bool = False,
    older: Sequence[Series] = (),
) -> Done:
    """Write the current scan's analysis, the prior's into ``prior/``, the comparison and the report.

    Of studies older than the prior one after the other is held in memory, beside these two.
    """
    out: Path = parsed.out
    then = scans.read_scan(prior, desk.within(0.0, 0.1))
    now = scans.read_scan(current, desk.within(0.1, 0.2))
    options.made(out)
    hand_on = report.HandOn(parsed.dicom, parsed.anonymous)
    hand_on.check(now)
    found = comparison.register(then.volume, now.volume, desk.part(0.2, 0.45))
    analysis = scans.analysed(now, parsed.device, desk.part(0.45, 0.6))
    earlier = scans.analysed(then, parsed.device, desk.part(0.6, 0.7))
    for seen, said in ((now, analysis), (then, earlier)):
        if said.withheld:
            raise IntervalError(scans.why_withheld(seen, said))
    changed = comparison.compare(then, earlier, now, analysis, found, desk.part(0.7, 0.76), options.told_of(parsed))
    lines = None
    if older:
        pair = (then, earlier), (now, analysis)
        lines = hand_on.lines(lines_through(older, pair, found, parsed.device, desk.within(0.76, 0.82)))
    then, now = hand_on.shown(then), hand_on.shown(now)
    report.write_analysis(analysis, now, out, desk.part(0.82, 0.86))
    report.write_analysis(earlier, then, out / "prior", desk.part(0.86, 0.9))
    report.write_comparison(changed, then, now, out, lines)
    report.write_field(found, now.volume.grid, out)
    both = [(now, analysis, None), (then, earlier, found.point_in_prior)]
    pictures = desk.draw(both, out / "pictures", desk.part(0.9, 0.95)) if with_pictures else ()
    report.write_report(out, now, analysis, pictures, then, changed, lines)
    reading = report.DicomReading(now, analysis, prior=then, comparison=changed, pictures=pictures)
    hand_on.write(reading, out, desk.part(0.95, 1.0))
    return Done(options.lies_in(out))
