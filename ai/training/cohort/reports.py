"""Reports and mapping files as a hospital exports them: one table, or a folder with one text a report."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ai.training.cohort.errors import CohortError

_NAMES = ("accession", "accessionno", "accessionnumber", "studyinstanceuid", "studyuid", "reportid", "report", "id")
"""Columns that name a report, spaces and underscores aside; every one that is there names it."""
_TEXTS = ("reporttext", "text", "report", "findings", "impression", "conclusion")
"""Columns with text: the first of the first three, else all of the others."""
_WHOLE = 3
_SUFFIXES = (".txt", ".text", ".md")


@dataclass(frozen=True)
class Reports:
    """Reports by every name they are known by.

    Args:
        texts: number of a report → its text; of rows under one name the later are addenda to the first.
        names: accession number, study UID or other name → number of the report.
    """

    texts: tuple[str, ...]
    names: Mapping[str, int]

    def number(self, *names: str) -> int | None:
        """Return the report known by the first of these names that any is known by."""
        return next((self.names[name] for name in names if name and name in self.names), None)


@dataclass(frozen=True)
class Mapped:
    """What a mapping file says of a scan: its report, and whose and of which day it is where the headers are silent."""

    report: str
    patient: str = ""
    taken_on: date | None = None


def read_reports(path: Path) -> Reports:
    """Read a CSV file or a folder of texts named for their accession number or study UID.

    Raises:
        CohortError: nothing is there, it cannot be read, or no column holds names or texts.
    """
    rows = _texts_in(path) if path.is_dir() else _rows_of(path)
    texts: list[str] = []
    numbers: dict[str, int] = {}
    for names, text in rows:
        known = next((numbers[name] for name in names if name in numbers), None)
        if known is None:
            known = len(texts)
            texts.append(text)
        elif text not in texts[known]:
            texts[known] += "\n" + text
        numbers.update((name, known) for name in names if name not in numbers)
    if not texts:
        raise CohortError(f"{path} holds no report; name a CSV file with a column of texts, or a folder of .txt files.")
    return Reports(tuple(texts), numbers)


def _texts_in(folder: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES):
        yield (path.stem.strip(),), _text_of(path).strip()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise CohortError(f"{path} cannot be read as UTF-8 text ({cause}); export it again.") from cause


def _rows_of(path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    head, rows = _table(path)
    naming = [i for i, name in enumerate(head) if name in _NAMES]
    whole = [i for name in _TEXTS[:_WHOLE] for i, column in enumerate(head) if column == name]
    parts = [i for name in _TEXTS[_WHOLE:] for i, column in enumerate(head) if column == name]
    telling = whole[:1] or parts
    naming = [i for i in naming if i not in telling]
    if not naming or not telling:
        raise CohortError(
            f"{path} needs a column that names the report (accession, study_uid or report_id) and one with its text "
            f"(report_text, or findings and impression); it has {', '.join(head) or 'none'}."
        )
    for row in rows:
        names = tuple(row[i].strip() for i in naming if i < len(row) and row[i].strip())
        text = "\n".join(row[i].strip() for i in telling if i < len(row) and row[i].strip())
        if names and text:
            yield names, text


def read_mapping(path: Path) -> dict[str, Mapped]:
    """Read a mapping file: columns ``scan`` and ``report``, and perhaps ``patient`` and ``date`` (YYYY-MM-DD).

    Returns:
        Name of a scan (file or folder below the scans' folder, series UID, study UID or accession number) → report.

    Raises:
        CohortError: it cannot be read, lacks a column, or a date is none.
    """
    head, rows = _table(path)
    if "scan" not in head or "report" not in head:
        raise CohortError(f"{path} needs the columns scan and report; it has {', '.join(head) or 'none'}.")
    found = {}
    for line, row in enumerate(rows, 2):
        said = {name: value.strip() for name, value in zip(head, row, strict=False)}
        if said.get("scan") and said.get("report"):
            day = _day(said.get("date", ""), path, line)
            found[said["scan"].strip("/")] = Mapped(said["report"], said.get("patient", ""), day)
    return found


def _day(text: str, path: Path, line: int) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as cause:
        raise CohortError(f"{path}, line {line}: “{text}” is no date; write YYYY-MM-DD.") from cause


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the head, in small letters without spaces and underscores, and the rows of a CSV file."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise CohortError(f"{path} cannot be read as a table ({cause}); export it as CSV in UTF-8.") from cause
    head = ["".join(c for c in name.lower() if c.isalnum()) for name in rows[0]] if rows else []
    return head, rows[1:]
