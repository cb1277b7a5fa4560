"""A table of reports → a table of labels, both CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ai.progress import Progress
from ai.report.errors import ReportError
from ai.report.label_rows import Vocabulary, row_of
from ai.report.whole_file import write_whole

TEXT_COLUMNS = (
    "report_text",
    "report",
    "findings",
    "findings_en",
    "impression",
    "impressions",
    "impressions_en",
    "text",
)
"""Columns a report is put together from, whatever their case: the first two hold it whole, else all others found."""
_WHOLE = TEXT_COLUMNS[:2]
ENCODINGS = ("utf-8-sig", "gb18030")
"""In this order; every UTF-8 text is tried as such first, as GB18030 accepts nearly any bytes."""
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LONGEST_FIELD = 10_000_000
_TELL_EVERY = 200


class Uncertain(StrEnum):
    """How the table writes a label that is doubted and nowhere said."""

    BLANK = "blank"
    ONE = "1"
    ZERO = "0"


@dataclass(frozen=True)
class Reports:
    """A table of reports: the name of its id column, the ids, and the texts."""

    id_column: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]


def label_file(source: Path, out: Path, vocabulary: Vocabulary, uncertain: Uncertain, progress: Progress) -> int:
    """Write one row of labels for each report of a CSV file; return how many.

    The first column is the id's, then one for each label of the vocabulary: 1 there, 0 not there or not said.

    Raises:
        ReportError: the file cannot be read as a table with a column of reports, or the other not be written.
    """
    reports = read_reports(source)
    with io.StringIO(newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow([reports.id_column, *vocabulary.columns])
        for number, (name, text) in enumerate(zip(reports.ids, reports.texts, strict=True)):
            if number % _TELL_EVERY == 0:
                progress.report(number / len(reports.ids), "Labelling reports")
            row = row_of(text, vocabulary)
            writer.writerow([name, *(_written(row[column], uncertain) for column in vocabulary.columns)])
        write_whole(out, table.getvalue())
    return len(reports.ids)


def read_reports(source: Path) -> Reports:
    """Read the ids and reports of a CSV file in UTF-8, GB18030 or UTF-16.

    The id is the column named like one ("id", "AccessionNo", "study_id", "VolumeName" …), else the first that holds no
    report; the row's number where there is none.

    Raises:
        ReportError: the file is missing, empty, no table, in another encoding, or has no column of reports.
    """
    rows = _rows(source, _decoded(source))
    header = next(rows, None)
    if header is None:
        raise ReportError(f"{source} is empty; it must be a CSV file with a header and a column of reports.")
    texts = _text_columns(source, header)
    ids = _id_column(header, texts)
    body = [row for row in rows if any(field.strip() for field in row)]
    if not body:
        raise ReportError(f"{source} has a header but no report below it.")
    for number, row in enumerate(body, 2):
        if len(row) > len(header):
            told = f"{source}: row {number} has {len(row)} fields, the header {len(header)}"
            raise ReportError(f"{told}; put reports that hold a comma in quotation marks.")
    return Reports(
        "id" if ids is None else header[ids].strip(),
        tuple(str(n) if ids is None else _field(row, ids) for n, row in enumerate(body, 1)),
        tuple("\n\n".join(filter(None, (_field(row, column) for column in texts))) for row in body),
    )


def _decoded(source: Path) -> str:
    try:
        raw = source.read_bytes()
    except OSError as cause:
        raise ReportError(f"{source} cannot be read ({cause.strerror}); name a CSV file of reports.") from cause
    if not raw.strip():
        raise ReportError(f"{source} is empty; it must be a CSV file with a header and a column of reports.")
    for encoding in (_BYTE_ORDER_MARKS.get(raw[:2], ENCODINGS[0]), *ENCODINGS):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ReportError(f"{source} is no text in UTF-8 or GB18030; save the table as CSV in UTF-8.")


def _rows(source: Path, text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as cause:
        told = f"{source} is no CSV table ({cause}); export it again, with reports in quotation marks."
        raise ReportError(told) from cause


def _text_columns(source: Path, header: Sequence[str]) -> list[int]:
    places: dict[str, int] = {}
    for number, name in enumerate(header):
        places.setdefault(_plain(name), number)
    whole = [places[name] for name in _WHOLE if name in places]
    found = whole[:1] or [places[name] for name in TEXT_COLUMNS if name in places]
    if not found:
        told = ", ".join(f"“{name.strip()}”" for name in header[:8])
        raise ReportError(f"{source} has no column “report_text”, “findings” or “impression”, only {told}; rename one.")
    return found


def _id_column(header: Sequence[str], texts: Sequence[int]) -> int | None:
    others = [number for number in range(len(header)) if number not in texts]
    named = [n for n in others if _plain(header[n]).endswith(("id", "accessionno", "accession", "volumename", "name"))]
    return next(iter([*named, *others]), None)


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _field(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _written(there: bool | None, uncertain: Uncertain) -> str:
    if there is None:
        return "" if uncertain is Uncertain.BLANK else str(uncertain)
    return str(int(there))
