"""The words of a report, from whatever file it comes in: text, PDF, HTML, CDA, or a DICOM object of the study."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from pydicom.dataset import Dataset
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from ai.report.dicom.content import Item
from ai.report.dicom.objects import CDA_DOCUMENT, DOCUMENTS, PDF_DOCUMENT, REPORTS, read_object
from ai.report.errors import ReportError
from ai.scan.errors import HeaderFault
from ai.scan.files import opened

_MOST_BYTES = 64 << 20
logging.getLogger("pypdf").setLevel(logging.ERROR)  # what is odd in a file is told in our words
_FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError)
_LETTERS = ("utf-8-sig", "gb18030", "latin-1")
"""Tried in this order; the last reads anything."""
_HIDDEN = frozenset({"script", "style", "title", "head"})
_PARTS = frozenset(
    {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "paragraph", "item", "section", "table", "text"}
)
_SAID = frozenset({"TEXT", "CODE", "NUM"})


def text_of_file(path: Path) -> str:
    """Return the text of a report, lines kept; headings of a structured report stand on lines of their own.

    Reads plain text (UTF-8, GB18030), PDF, HTML, CDA and other XML, and DICOM: structured reports, encapsulated PDF and
    encapsulated CDA. Names of persons and identifiers that a structured report carries beside its text are left out.

    Raises:
        ReportError: the file cannot be read, or holds no text.
    """
    data = _bytes(path)
    text = _text_of(path, data)
    tidy = "\n".join(re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in text.splitlines())
    tidy = re.sub(r"\n{3,}", "\n\n", tidy).strip()
    if not tidy:
        raise ReportError(f"{path.name} holds no text (a scanned page has none). Paste the report's words instead.")
    return tidy


def _bytes(path: Path) -> bytes:
    try:
        with opened(path) as (file, size):
            if size > _MOST_BYTES:
                raise ReportError(f"{path.name} is too large for a report ({size >> 20} MB). Choose the report itself.")
            return file.read()
    except (OSError, HeaderFault) as cause:
        raise ReportError(f"{path} cannot be read. Check the file and its permissions.") from cause


def _text_of(path: Path, data: bytes) -> str:
    if data[128:132] == b"DICM":
        return _of_dicom(path)
    if data.lstrip()[:5] == b"%PDF-":
        return _of_pdf(path, data)
    text = _decoded(path, data)
    return _of_markup(text) if text.lstrip()[:1] == "<" else text


def _decoded(path: Path, data: bytes) -> str:
    if b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise ReportError(f"{path.name} is no text, PDF, HTML, CDA or DICOM report. Save the report as one of these.")
    for letters in ("utf-16", *_LETTERS) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _LETTERS:
        try:
            return data.decode(letters)
        except UnicodeDecodeError:
            continue
    return ""


def _of_dicom(path: Path) -> str:
    made = read_object(path)
    kind = str(made.get("SOPClassUID") or "")
    try:
        if kind.startswith(REPORTS):
            return "\n".join(_lines(Item(made)))
        if kind == PDF_DOCUMENT:
            return _of_pdf(path, bytes(made.EncapsulatedDocument))
        if kind == CDA_DOCUMENT:
            return _of_markup(_decoded(path, _whole(made)))
    except _FAULTS as cause:
        raise ReportError(f"{path.name} is a damaged report; its text cannot be read.") from cause
    what = "a document of another kind" if kind.startswith(DOCUMENTS) else f"{made.get('Modality') or 'an object'}"
    raise ReportError(f"{path.name} is {what}, no report with a text. Choose a structured report, a PDF or a text.")


def _whole(made: Dataset) -> bytes:
    return bytes(made.EncapsulatedDocument).rstrip(b"\0")


def _lines(item: Item) -> Iterator[str]:
    """Go through a structured report: headings, then what is said under them."""
    if item.kind == "CONTAINER":
        if item.concept.meaning:
            yield f"\n{item.concept.meaning}"
    elif item.kind in _SAID and item.item.get("RelationshipType") in ("CONTAINS", "INFERRED FROM", None):
        yield _said(item)
    for child in item.children():
        if child.item.get("RelationshipType") in ("CONTAINS", "INFERRED FROM", "HAS PROPERTIES", None):
            yield from _lines(child)


def _said(item: Item) -> str:
    if item.kind == "TEXT":
        return item.text
    if item.kind == "CODE":
        return f"{item.concept.meaning}: {item.code.meaning}"
    number = item.number
    value = "not measured" if number is None else f"{number:.4g}"
    unit = item.unit.value
    return f"{item.concept.meaning}: {value} {'' if unit == '1' else unit}".rstrip()


def _of_pdf(path: Path, data: bytes) -> str:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReportError(f"{path.name} is locked by a password. Save it without one.")
        return "\n".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, *_FAULTS, RecursionError) as cause:
        raise ReportError(f"{path.name} is a damaged PDF; its text cannot be read. Save it again.") from cause


def _of_markup(text: str) -> str:
    words = _Words()
    words.feed(text)
    words.close()
    return "".join(words.found)


class _Words(HTMLParser):
    """Keeps what a reader of a page would see, with a line for each part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or something that is not shown."""
        self._hidden += tag in _HIDDEN
        if tag in _PARTS:
            self.found.append("\n")
        if tag in ("td", "th"):
            self.found.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line; nothing is hidden by a tag that ends at once."""
        if tag in _PARTS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _PARTS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))
