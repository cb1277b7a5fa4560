"""Reports on paper, and the words of reports in whatever file they come."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from pydicom import dcmread
from pypdf import PdfReader

from ai.report import ReportError, report_text, write_pdf
from tests.support.handed_on import Handed
from tests.support.synthetic_analysis import analysis, finding, lesion

CHINESE = "右肺上叶结节，7 mm。"


def test_the_encapsulated_pdf_is_a_pdf_with_the_words_and_the_picture(handed: Handed) -> None:
    made = dcmread(handed.files["report"])
    document = made.EncapsulatedDocument[: made.EncapsulatedDocumentLength]
    reader = PdfReader(io.BytesIO(document))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "a nodule of 7 mm in the right upper lobe" in text
    assert "右肺上叶结节" in text
    assert "Research use only" in text
    assert sum(len(page.images) for page in reader.pages) == 1
    assert "Roe" not in text
    assert "T-1" not in text


def test_without_words_what_was_found_is_listed(handed: Handed, tmp_path: Path) -> None:
    said = analysis(finding("nodule", 2.0, (lesion("nodule", (0, 0, 0), 8.0),)), finding("emphysema", -2.0))
    text = report_text(write_pdf(tmp_path / "report.pdf", handed.reading.scan, said))
    assert "Nodule" in text
    assert "right upper: 8.0 × 8.0 mm" in text
    assert "Emphysema" not in text


def test_chinese_letters_are_in_the_page_or_named_for_the_reader(handed: Handed, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "report.pdf", handed.reading.scan, analysis(), f"CT 胸部 {CHINESE} <&>")
    assert f"CT 胸部 {CHINESE} <&>" in report_text(path)


def test_words_of_our_own_objects(handed: Handed) -> None:
    report = report_text(handed.files["report"])
    assert "a nodule of 7 mm in the right upper lobe" in report
    structured = report_text(handed.files["findings"])
    assert "Finding: Nodule" in structured
    assert "Long Axis: 7.25 mm" in structured
    assert "Roe" not in structured


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text_in_any_letters(tmp_path: Path, letters: str) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(f"FINDINGS:\r\n{CHINESE}\r\n\r\n\r\n\r\nIMPRESSION: none.".encode(letters))
    assert report_text(path) == f"FINDINGS:\n{CHINESE}\n\nIMPRESSION: none."


def test_html_and_cda(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(
        "<html><head><title>X</title><style>p{}</style></head><body><p>No &lt;5&nbsp;mm nodule.</p><p>End</p>"
    )
    assert report_text(page) == "No <5 mm nodule.\n\nEnd"
    cda = tmp_path / "report.xml"
    cda.write_text(
        '<?xml version="1.0"?><ClinicalDocument><component><section><title>Findings</title>'
        "<text><paragraph>Effusion on the left.</paragraph></text></section></component></ClinicalDocument>"
    )
    assert "Effusion on the left." in report_text(cda)


def test_what_holds_no_text_is_refused_in_words(handed: Handed, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnonsense")
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary.bin"
    empty.write_text("  \n ")
    binary.write_bytes(b"\x01\0\x02\0" * 50)
    shutil.copy(handed.files["picture-1"], tmp_path / "picture.dcm")
    for name, told in (
        ("broken.pdf", "damaged PDF|holds no text"),
        ("empty.txt", "holds no text"),
        ("binary.bin", "is no text"),
        ("picture.dcm", "no report with a text"),
        ("nowhere.txt", "cannot be read"),
    ):
        with pytest.raises(ReportError, match=told):
            report_text(tmp_path / name)
