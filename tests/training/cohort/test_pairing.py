"""Reports and scans find each other by accession number, study UID or mapping file, and never by chance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ai.series import Patient, Series, Study
from ai.training.cohort.archive import Archive
from ai.training.cohort.choosing import chosen, is_sharp
from ai.training.cohort.errors import CohortError
from ai.training.cohort.pairing import paired
from ai.training.cohort.reports import read_mapping, read_reports

ROOT = Path("archive")


def series(name: str, study: Study | None = None, **said: object) -> Series:
    """Return a series of 100 slices in a folder of its own."""
    words: dict[str, object] = {"shape": (100, 512, 512), "thickness_mm": 1.0, **said}
    return Series(f"uid {name}", ROOT / name, study or Study(), **words)  # type: ignore[arg-type]


def write(path: Path, *lines: str) -> Path:
    """Write lines into a file and return its path."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_table_of_reports_is_known_by_all_its_names(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.csv",
        "Accession Number,Study_UID,Findings,Impression",
        'A1,1.2.3,"A mass.",Cancer.',
        "A2,1.2.4,Clear.,",
        "A1,,Addendum: no mass.,",
    )
    reports = read_reports(path)
    assert reports.number("1.2.3") == reports.number("A1") == reports.number("", "unknown", "A1") == 0
    assert reports.texts[0] == "A mass.\nCancer.\nAddendum: no mass."
    assert reports.texts[reports.number("1.2.4") or -1] == "Clear."
    assert reports.number("", "A3") is None


def test_a_folder_of_texts_is_known_by_the_files_names(tmp_path: Path) -> None:
    write(tmp_path / "A7.txt", "Clear.")
    assert read_reports(tmp_path).texts[read_reports(tmp_path).number("A7") or 0] == "Clear."


@pytest.mark.parametrize("head", ["number,words", "accession,date", "report_text,date"])
def test_a_table_without_names_or_texts_is_refused(head: str, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="column"):
        read_reports(write(tmp_path / "r.csv", head, "1,2"))


def test_a_date_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "scan,report,date", "a,A1,2024-01-05", "b,A2,5.1.24")
    with pytest.raises(CohortError, match=r"line 3.*5\.1\.24"):
        read_mapping(path)


def test_scans_pair_by_accession_number_study_or_mapping_file(tmp_path: Path) -> None:
    reports = read_reports(write(tmp_path / "r.csv", "id,report_text", "A1,One.", "1.2.5,Two.", "third,Three."))
    mapping = read_mapping(write(tmp_path / "m.csv", "scan,report,patient,date", "deep/c,third,ann,2024-03-01"))
    anna = Patient("Anna", "7")
    archive = Archive(
        ROOT,
        (
            series("a", Study("1.2.4", date(2024, 1, 1), patient=anna, accession="A1")),
            series("b", Study("1.2.5", date(2024, 2, 1), patient=anna)),
            series("deep/c/d"),
            series("e"),
        ),
        (),
    )
    found = {one.series[0].source.name: one for one in paired(archive, reports, mapping)}
    told = {name: None if one.report is None else reports.texts[one.report] for name, one in found.items()}
    assert told == {"a": "One.", "b": "Two.", "d": "Three.", "e": None}
    assert found["a"].patient == found["b"].patient
    assert len({one.patient for one in found.values()}) == 3
    assert found["d"].taken_on == date(2024, 3, 1)


def test_series_of_one_report_are_one_examination_and_two_patients_are_noticed(tmp_path: Path) -> None:
    reports = read_reports(write(tmp_path / "r.csv", "id,report_text", "A1,One."))
    ann, bob = (Study("", date(2024, 1, 1), patient=Patient(n, n), accession="A1") for n in ("ann", "bob"))
    assert [one.patients for one in paired(Archive(ROOT, (series("a", ann), series("b", ann)), ()), reports)] == [1]
    assert [one.patients for one in paired(Archive(ROOT, (series("a", ann), series("b", bob)), ()), reports)] == [2]


def test_the_thin_soft_chest_series_is_tried_first() -> None:
    candidates = [
        series("thick", thickness_mm=5.0, kernel="B31f"),
        series("sharp", thickness_mm=1.0, kernel="B70f", shape=(400, 512, 512)),
        series("soft", thickness_mm=1.25, kernel="B31f"),
        series("scout", shape=(2, 512, 512)),
        series("head", thickness_mm=0.6, description="HEAD"),
    ]
    assert [one.source.name for one in chosen(candidates)] == ["soft", "sharp", "thick"]
    assert chosen(candidates[3:]) == []


SOFT, SHARP = ("B31f", "STANDARD", "Br40d", "FC13", "C"), ("B70f", "LUNG", "Bl64d", "FC52", "BONEPLUS", "YC")


@pytest.mark.parametrize(("kernel", "sharp"), [*((k, False) for k in SOFT), *((k, True) for k in SHARP)])
def test_kernels_are_known_by_their_names(kernel: str, sharp: bool) -> None:
    assert is_sharp(kernel) is sharp
