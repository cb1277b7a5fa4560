"""A report in a text file."""

from __future__ import annotations

from pathlib import Path

from ai.report.errors import ReportError

MOST_BYTES = 1_000_000
"""A report is a page; a larger file is something else."""
_ENCODINGS = ("utf-8-sig", "gb18030")
"""UTF-8 with or without its mark, else the encoding of Chinese systems."""


def read_report(path: Path) -> str:
    """Return the text.

    Raises:
        ReportError: it cannot be read, is too large for a report, or no plain text of a known encoding.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReportError(f"{path} is larger than any report; choose a text file.")
        raw = path.read_bytes()
    except OSError as cause:
        reason = cause.strerror or "the system refused"
        raise ReportError(f"The report {path} could not be read ({reason}); choose another file.") from cause
    for encoding in _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ReportError(f"{path} is no plain text; save the report as a text file (UTF-8) first.")
