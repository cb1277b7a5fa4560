"""``main.py label``: free-text reports into a table of labels."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai import report
from ai.commands import options
from ai.commands.desk import Desk, Done


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    told = "Label chest-CT reports, English or Chinese, of a CSV file: one row a report, one column a label."
    found = options.parser_of("label", told)
    told = "with a column report_text, or findings and impression, and an id; UTF-8 or GB18030"
    found.add_argument("reports", type=Path, metavar="REPORTS.csv", help=told)
    found.add_argument("--out", type=Path, required=True, metavar="LABELS.csv", help="file to write")
    found.add_argument("--vocabulary", choices=("radchest83", "ctrate18"), default="radchest83", help="the columns")
    told = "what a label that is only doubted becomes (default 1: radiologists hedge)"
    found.add_argument("--uncertain", choices=("blank", "1", "0"), default="1", help=told)
    return found


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Label them all."""
    vocabulary, uncertain = report.Vocabulary(parsed.vocabulary), report.Uncertain(parsed.uncertain)
    count = report.label_file(parsed.reports, parsed.out, vocabulary, uncertain, desk.progress)
    return Done(f"The labels of {count} reports lie in {parsed.out.resolve()}")
