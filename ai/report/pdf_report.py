"""report.pdf: a reading on paper. No name, no birth date, no number of the patient stands on it."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from ai.change import Comparison
from ai.findings import Analysis, Lesion
from ai.report.pdf_fonts import latin_fonts, marked_up
from ai.report.plain import RESEARCH_ONLY
from ai.report.whole_file import whole_file
from ai.series import Scan

_MARGIN = 18 * mm
_PICTURE = 80 * mm


def write_pdf(
    path: Path,
    scan: Scan,
    analysis: Analysis,
    text: str = "",
    pictures: Sequence[Path] = (),
    comparison: Comparison | None = None,
) -> Path:
    """Write a reading as PDF and return the path.

    Args:
        path: of the file.
        scan: what was read.
        analysis: what was found; findings that are not present are left out.
        text: the report in words, in any language; empty lines part paragraphs. Without it what was found is listed.
        pictures: PNG files.
        comparison: what changed.

    Raises:
        ReportError: the file cannot be written.
    """
    page = pdf_bytes(scan, analysis, text, pictures, comparison)
    with whole_file(path) as partial:
        partial.write_bytes(page)
    return path


def pdf_bytes(
    scan: Scan,
    analysis: Analysis,
    text: str = "",
    pictures: Sequence[Path] = (),
    comparison: Comparison | None = None,
) -> bytes:
    """Return the same as bytes: the same reading always gives the same ones."""
    told: list[Flowable] = [_line("Chest CT", _TITLE), *_heading(scan, comparison)]
    told += _words(text) if text.strip() else _listed(analysis, comparison)
    told += _measures(analysis)
    told += _shown(pictures)
    card = analysis.card
    told += [
        _line("Model", _HEAD),
        _line(f"{card.title or card.identifier}: {card.identifier}, version {card.version}"),
    ]
    told += [_line(f"sha256 {card.sha256}", _SMALL), _line(f"Trained on: {card.trained_on}", _SMALL)]
    written = io.BytesIO()
    document = BaseDocTemplate(written, pagesize=A4, title="Chest CT", author="Interval", invariant=1)
    frame = Frame(_MARGIN, _MARGIN, A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame], onPage=_research_only)])
    document.build(told)
    return written.getvalue()


_UPRIGHT, _BOLD = latin_fonts()
_TEXT = ParagraphStyle("text", fontName=_UPRIGHT, fontSize=9, leading=13, splitLongWords=1)
_SMALL = ParagraphStyle("small", _TEXT, fontSize=7, leading=10, textColor=colors.HexColor("#555555"))
_HEAD = ParagraphStyle("head", _TEXT, fontName=_BOLD, fontSize=11, leading=15, spaceBefore=8, spaceAfter=3)
_TITLE = ParagraphStyle("title", _HEAD, fontSize=16, leading=20)


def _line(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    return Paragraph(marked_up(text), style)


def _research_only(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(_UPRIGHT, 8)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 10 * mm, RESEARCH_ONLY)
    canvas.drawCentredString(A4[0] / 2, 8 * mm, f"{RESEARCH_ONLY} Page {canvas.getPageNumber()}")


def _heading(scan: Scan, comparison: Comparison | None) -> list[Flowable]:
    taken = scan.series.study.taken_on
    said = [taken.isoformat() if taken else "", scan.series.description, f"{scan.series.shape[0]} slices"]
    lines = [_line(" · ".join(part for part in said if part), _SMALL)]
    if comparison is not None and comparison.days_between is not None:
        lines.append(_line(f"Compared with a scan {comparison.days_between} days before.", _SMALL))
    lines += [_line(notice.text, _SMALL) for notice in scan.notices if notice.grave and not notice.of_place]
    return [*lines, Spacer(1, 4 * mm)]


def _words(text: str) -> list[Flowable]:
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return [_lines(part) for part in paragraphs if part]


def _lines(text: str) -> Paragraph:
    return Paragraph(
        "<br/>".join(marked_up(line) for line in text.splitlines()), ParagraphStyle("p", _TEXT, spaceAfter=6)
    )


def _listed(analysis: Analysis, comparison: Comparison | None) -> list[Flowable]:
    if analysis.withheld:
        return [_line("Findings are withheld. " + " ".join(d.sentence for d in analysis.doubts if d.grave))]
    present = [finding for finding in analysis.findings if finding.present]
    told: list[Flowable] = [_line("Findings", _HEAD)]
    if not present:
        return [*told, _line("The model calls nothing present.")]
    rows = [["Abnormality", "Probability", "Where and how large"]]
    for finding in present:
        where = "\n".join(_size(lesion) for lesion in finding.lesions)
        rows.append([finding.abnormality.title, f"{finding.probability:.0%}", where])
    told.append(_table(rows, (52 * mm, 22 * mm, 100 * mm)))
    changes = [] if comparison is None else list(comparison.lesions)
    if changes:
        told.append(_line("Change since the prior", _HEAD))
        rows = [["Abnormality", "Change", "Then", "Now"]]
        for change in changes:
            sizes = ["–" if one is None else _size(one) for one in (change.prior, change.current)]
            kind = change.kind.value + ("?" if change.obscured else "")
            rows.append([change.abnormality.title, kind, *sizes])
        told.append(_table(rows, (42 * mm, 22 * mm, 55 * mm, 55 * mm)))
    return told


def _size(lesion: Lesion) -> str:
    long_mm, short_mm = lesion.diameters_mm
    density = "" if math.isnan(lesion.mean_hu) else f", {lesion.mean_hu:.0f} HU"
    place = lesion.location.replace("_", " ")
    return f"{place}: {long_mm:.1f} × {short_mm:.1f} mm, {lesion.volume_mm3 / 1000:.2f} ml{density}"


def _measures(analysis: Analysis) -> list[Flowable]:
    rows = [[q.title, q.shown(q.value), q.caveat] for q in analysis.quantities if q.value is not None]
    if not rows:
        return []
    table = _table([["Measure", "Value", "To be known"], *rows], (52 * mm, 26 * mm, 96 * mm))
    return [_line("Measures", _HEAD), table]


def _table(rows: list[list[str]], widths: tuple[float, ...]) -> Table:
    cells = [[_lines(text) if number else _line(text, _SMALL) for text in row] for number, row in enumerate(rows)]
    whole = ((0, 0), (-1, -1))
    lines = TableStyle([("LINEBELOW", *whole, 0.3, colors.HexColor("#bbbbbb")), ("VALIGN", *whole, "TOP")])
    return Table(cells, colWidths=widths, style=lines, repeatRows=1, hAlign="LEFT")


def _shown(pictures: Sequence[Path]) -> list[Flowable]:
    if not pictures:
        return []
    cells = [
        [Image(str(path), _PICTURE, _PICTURE, kind="proportional"), _line(_title(path), _SMALL)] for path in pictures
    ]
    rows = [cells[n : n + 2] for n in range(0, len(cells), 2)]
    rows[-1] += [[]] * (2 - len(rows[-1]))
    return [_line("Pictures", _HEAD), Table(rows, colWidths=(87 * mm, 87 * mm), hAlign="LEFT")]


def _title(path: Path) -> str:
    return path.stem.replace("-", " ").replace("_", " ").capitalize()
