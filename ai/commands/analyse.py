"""``main.py analyse``: one scan into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai import report
from ai.commands import options, scans
from ai.commands.desk import Desk, Done
from ai.findings import Setting


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    found = options.parser_of("analyse", "Analyse a scan into a folder.")
    found.add_argument("scan", type=Path, metavar="SCAN")
    found.add_argument("--bundle", type=Path, metavar="DIR", help="another model than the shipped one")
    options.add_out(found)
    options.add_device(found)
    options.add_hand_on(found)
    told = "how readily findings are called present (default balanced)"
    found.add_argument("--setting", choices=[s.value for s in Setting], default=Setting.BALANCED.value, help=told)
    return found


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Write analysis.json, heatmaps, FHIR and the report; DICOM objects and pictures where they are asked for."""
    out: Path = parsed.out
    scan = scans.read_scan(parsed.scan, desk.within(0.0, 0.3))
    options.made(out)
    hand_on = report.HandOn(parsed.dicom, parsed.anonymous)
    hand_on.check(scan)
    analysis = scans.analysed(scan, parsed.device, desk.part(0.3, 0.8), parsed.bundle).at(Setting(parsed.setting))
    shown = hand_on.shown(scan)
    report.write_analysis(analysis, shown, out, desk.part(0.8, 0.85))
    drawing = desk.part(0.85, 0.9)
    pictures = desk.draw([(shown, analysis, None)], out / "pictures", drawing) if parsed.dicom else ()
    report.write_report(out, shown, analysis, pictures)
    hand_on.write(report.DicomReading(shown, analysis, pictures=pictures), out, desk.part(0.9, 1.0))
    return Done(options.lies_in(out), scans.why_withheld(scan, analysis) if analysis.withheld else "")
