"""``main.py report``: a draft from findings that nobody has read, which it says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ai import studies
from ai.change import Registration
from ai.commands import options, scans
from ai.commands.desk import Desk, Done
from ai.commands.older_studies import lines_through
from ai.draft import Language
from ai.findings import Analysis
from ai.progress import Progress
from ai.report import report_text, unread_report
from ai.report.unread_report import Pair
from ai.scan import only_series
from ai.series import Scan, Series
from ai.timeline import Timeline


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    found = options.parser_of("report", "Draft a report from findings that nobody has read; it says so.")
    found.add_argument("study", type=Path, metavar="STUDY")
    told = "earlier scans of the patient, in any order; of more than one, lesions are followed through all"
    found.add_argument("--prior", type=Path, nargs="+", default=[], metavar="STUDY", help=told)
    found.add_argument("--language", choices=("en", "zh"), default="en", help="English or Chinese (default en)")
    found.add_argument("--check", type=Path, metavar="REPORT", help="also hold this report against the picture")
    options.add_out(found)
    options.add_device(found)
    options.add_patient(found)
    return found


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Draft it; a report that is given is held against the picture."""
    text = None if parsed.check is None else report_text(parsed.check)
    now = scans.read_scan(parsed.study, desk.within(0.0, 0.15))
    prior, older = _latest_first(parsed.prior, now, desk.part(0.15, 0.17))
    then = None if prior is None else scans.read_scan(prior, desk.within(0.17, 0.3))
    options.made(parsed.out)

    def analyse(scan: Scan, part: Progress) -> Analysis:
        return scans.analysed(scan, parsed.device, part)

    def follow(pair: Pair, found: Registration, part: Progress) -> Timeline | None:
        return lines_through(older, pair, found, parsed.device, replace(desk, progress=part)) if older else None

    study = unread_report.analysed_study(now, then, analyse, desk.part(0.3, 1.0), follow, options.told_of(parsed))
    unread_report.write_unread_report(study, Language(parsed.language), parsed.out, text)
    return Done(options.lies_in(parsed.out))


def _latest_first(
    priors: Sequence[Path], now: Scan, progress: Progress
) -> tuple[Path | Series | None, Sequence[Series]]:
    """Return the latest prior, and the others from the oldest on; one alone needs no date."""
    if len(priors) < 2:
        return (priors[0] if priors else None), ()
    dated = studies.oldest_first([*(only_series(path, progress) for path in priors), now.series])
    *older, prior = (series for series in dated if series is not now.series)
    return prior, older
