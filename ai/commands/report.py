"""``main.py report``: a draft from findings that nobody has read, which it says."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai.commands import options, scans
from ai.commands.desk import Desk, Done
from ai.draft import Language
from ai.report import report_text, unread_report


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    found = options.parser_of("report", "Draft a report from findings that nobody has read; it says so.")
    found.add_argument("study", type=Path, metavar="STUDY")
    found.add_argument("--prior", type=Path, metavar="STUDY", help="an earlier scan of the patient")
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
    then = None if parsed.prior is None else scans.read_scan(parsed.prior, desk.within(0.15, 0.3))
    options.made(parsed.out)
    reading = unread_report.analysed_study(
        now,
        then,
        lambda scan, part: scans.analysed(scan, parsed.device, part),
        desk.part(0.3, 1.0),
        options.told_of(parsed),
    )
    unread_report.write_unread_report(reading, Language(parsed.language), parsed.out, text)
    return Done(options.lies_in(parsed.out))
