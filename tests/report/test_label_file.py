"""A table of reports becomes a table of labels; bad tables are refused in a sentence."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import main
from ai.progress import QUIET
from ai.report import ReportError, Uncertain, Vocabulary, label_file, row_of
from ai.report.label_file import read_reports
from ai.vocabulary import abnormalities

REPORT = "Possible pneumonia. Small left pleural effusion. No nodule."


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "reports.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(("uncertain", "value"), [(Uncertain.ONE, "1"), (Uncertain.ZERO, "0"), (Uncertain.BLANK, "")])
def test_one_row_a_report_one_column_a_label(tmp_path: Path, uncertain: Uncertain, value: str) -> None:
    source = written(tmp_path, f'AccessionNo,Report_Text\nA1,"{REPORT}"\nA2,"No effusion."\n')
    assert label_file(source, tmp_path / "out.csv", Vocabulary.RADCHEST83, uncertain, QUIET) == 2
    first, second = table(tmp_path / "out.csv")
    assert list(first) == ["AccessionNo", *(a.name for a in abnormalities())]
    assert (first["AccessionNo"], first["pleural_effusion"], first["nodule"], first["pneumonia"]) == (
        "A1",
        "1",
        "0",
        value,
    )
    assert set(second.values()) == {"A2", "0"}


def test_the_18_of_ct_rate() -> None:
    row = row_of("Calcific plaques in the aorta and coronary arteries. Sliding hiatal hernia.", Vocabulary.CTRATE18)
    assert [name for name, there in row.items() if there] == [
        "Arterial wall calcification",
        "Coronary artery wall calcification",
        "Hiatal hernia",
    ]
    assert len(row) == 18


@pytest.mark.parametrize(
    ("sentence", "name", "there"),
    [
        ("Hypodense nodule in the left lobe of the thyroid.", "Lung nodule", False),
        ("Millimetric lymph nodes are observed in the mediastinum.", "Lymphadenopathy", True),
        ("No lymph node was detected in pathological size.", "Lymphadenopathy", False),
        ("Calcified plaques in the abdominal aorta.", "Arterial wall calcification", False),
        ("Density increases in the lower lobes of both lungs.", "Lung opacity", True),
        ("Pleuroparenchymal sequelae density increases in both lungs.", "Lung opacity", False),
        ("Mosaic attenuation pattern in both lungs.", "Mosaic attenuation pattern", True),
        ("Surgical clips are observed.", "Medical material", True),
        ("Lymph nodes in the mesentery.", "Lymphadenopathy", False),
    ],
)
def test_conventions_of_ct_rate(sentence: str, name: str, there: bool) -> None:
    assert bool(row_of(sentence, Vocabulary.CTRATE18)[name]) is there


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    source = written(tmp_path, "编号,findings,impression\n甲,双肺未见结节。,左侧胸腔积液。\n", encoding)
    reports = read_reports(source)
    assert (reports.id_column, reports.ids, reports.texts) == ("编号", ("甲",), ("双肺未见结节。\n\n左侧胸腔积液。",))


@pytest.mark.parametrize(
    ("text", "texts", "ids"),
    [
        ("report_text\nNo mass.\n", ("No mass.",), ("1",)),
        ("FINDINGS;id\nNo mass.;7\n", ("No mass.",), ("7",)),
        ("id\tImpression\n7\tNo mass.\n", ("No mass.",), ("7",)),
        ("age,study_id,findings\n50,s9,\n", ("",), ("s9",)),
        ("id,report_text,findings\n1,Whole.,Part.\n\n", ("Whole.",), ("1",)),
    ],
)
def test_columns(tmp_path: Path, text: str, texts: tuple[str, ...], ids: tuple[str, ...]) -> None:
    reports = read_reports(written(tmp_path, text))
    assert (reports.texts, reports.ids) == (texts, ids)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"id,findings\n", "no report below"),
        (b"id,name\n1,x\n", "has no column"),
        (b"id,findings\n1,no mass, no effusion\n", "row 2 has 3 fields"),
        (b'id,findings\n1,"no mass\n', "no CSV table"),
        (b"\xff\x00\x81\x00\xfe", "no text in UTF-8"),
        (b"id,findings\n1,\x00\x01\n", "no text in UTF-8"),
    ],
)
def test_refusals_name_the_file_the_fault_and_the_remedy(tmp_path: Path, content: bytes, told: str) -> None:
    source = tmp_path / "reports.csv"
    source.write_bytes(content)
    with pytest.raises(ReportError, match=told) as refusal:
        read_reports(source)
    assert str(source) in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be read"):
        read_reports(tmp_path / "none.csv")


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = written(tmp_path, f'id,findings\n1,"{REPORT}"\n'), tmp_path / "labels.csv"
    words = ["label", str(source), "--out", str(out), "--vocabulary", "ctrate18", "--uncertain", "blank"]
    assert main.main(words) == 0
    assert str(out) in capsys.readouterr().out
    assert table(out)[0]["Pleural effusion"] == "1"


def test_command_refuses_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["label", str(tmp_path / "none.csv"), "--out", str(tmp_path / "x.csv")]) == main.UNREADABLE
    assert "none.csv cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
