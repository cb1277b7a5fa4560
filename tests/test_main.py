"""The command line, with a stand-in for the model."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
import SimpleITK

import main
from ai.advice import Told
from ai.commands import compare as compare_command
from ai.commands import options, scans
from ai.commands import report as report_command
from ai.findings import Analysis, Doubt, Thresholds
from ai.progress import Progress
from ai.scan import write_dicom, write_volume
from ai.series import Scan
from tests.support.synthetic_analysis import analysis, finding, lesion, scan
from tests.support.synthetic_chest import chest, chest_grid, motion
from viewer.headless import screen


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of a prior and a current scan, 60 days apart, the patient shifted by 12 mm to the left."""
    folder = tmp_path_factory.mktemp("study")
    grid = chest_grid((8.0, 5.0, 5.0))
    write_dicom(scan(chest(grid), date(2024, 1, 1), "1.2.3.1"), folder / "prior")
    write_dicom(scan(chest(grid, motion((0, 0, 0), (12, 0, 0))), date(2024, 3, 1), "1.2.3.2"), folder / "current")
    return folder / "prior", folder / "current"


@pytest.fixture(autouse=True)
def a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the model: a nodule of 8 mm then, of 10 mm and 12 mm further left now."""

    def analysed(seen: Scan, device: str, progress: Progress, folder: Path | None = None) -> Analysis:
        progress.report(0.5, "Standing in")
        then = seen.series.study.taken_on == date(2024, 1, 1)
        place, diameter_mm = ((-75, 5, 25), 8.0) if then else ((-63, 5, 25), 10.0)
        nodule = finding("nodule", 1.0, (lesion("nodule", (place[0], place[1], place[2]), diameter_mm),))
        return analysis(nodule, finding("emphysema", -2.0))

    monkeypatch.setattr(scans, "analysed", analysed)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Path], Path | None]]:
    """Record what the window is opened on."""
    calls: list[tuple[list[Path], Path | None]] = []

    def run(paths: Sequence[Path], prior: Path | None = None) -> int:
        calls.append((list(paths), prior))
        return 0

    monkeypatch.setattr(main, "run_window", run)
    return calls


def _screen(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    monkeypatch.setattr(screen, "why_no_screen", lambda: reason)


def test_analyse_writes_a_folder(study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made" / "on demand"
    assert main.main(["analyse", str(study[1]), "--out", str(out), "--device", "cpu"]) == 0
    assert {path.name for path in out.iterdir()} == {"analysis.json", "heatmaps", "report.fhir.json", "report.html"}
    document = json.loads((out / "analysis.json").read_text(encoding="utf-8"))
    assert [f["abnormality"] for f in document["findings"]] == ["nodule", "emphysema"]
    assert capsys.readouterr().out == f"The reading lies in {out}\n"


@pytest.mark.parametrize(("setting", "present"), [("sensitive", True), ("balanced", False), ("specific", False)])
def test_analyse_calls_findings_by_the_setting(
    study: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, present: bool
) -> None:
    faint = replace(finding("nodule", -1.0), thresholds=Thresholds(0.2, 0.5, 0.8))
    monkeypatch.setattr(scans, "analysed", lambda seen, device, progress, folder=None: analysis(faint))
    words = ["--setting", setting] if setting != "balanced" else []
    assert main.main(["analyse", str(study[1]), "--out", str(tmp_path), *words]) == 0
    (found,) = json.loads((tmp_path / "analysis.json").read_text(encoding="utf-8"))["findings"]
    assert (found["present"], found["threshold"]) == (present, found["thresholds"][setting])


REAL = scans.analysed


def test_another_bundle_speaks_where_it_is_named(
    study: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scans, "analysed", REAL)
    assert (
        main.main(["analyse", str(study[1]), "--bundle", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    )
    assert "bundle.json cannot be read" in capsys.readouterr().err


def test_withheld_findings_end_with_2_and_leave_the_reason(
    study: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doubtful = replace(analysis(), doubts=(Doubt("This is a head.", True),))
    monkeypatch.setattr(scans, "analysed", lambda seen, device, progress, folder=None: doubtful)
    assert main.main(["analyse", str(study[1]), "--out", str(tmp_path / "one")]) == main.UNREADABLE
    assert f"{study[1]}: findings are withheld. This is a head." in capsys.readouterr().err
    assert "This is a head." in (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert main.main(["compare", *map(str, study), "--out", str(tmp_path / "two")]) == main.UNREADABLE
    assert "findings are withheld" in capsys.readouterr().err
    assert not (tmp_path / "two" / "comparison.json").exists()


def test_compare_writes_what_changed(study: tuple[Path, Path], tmp_path: Path) -> None:
    assert main.main(["compare", str(study[0]), str(study[1]), "--out", str(tmp_path), "--dicom"]) == 0
    document = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert document["days_between"] == 60
    (change,) = document["changes"]
    assert (change["abnormality"], change["kind"]) == ("nodule", "grown")
    assert [row[3] for row in document["registration"]["prior_to_current"][:3]] == pytest.approx([12, 0, 0], abs=0.7)
    for name in ("analysis.json", "prior/analysis.json", "report.html", "heatmaps/nodule.nii.gz", "dicom/findings.dcm"):
        assert (tmp_path / name).is_file()


def test_compare_tells_guidelines_what_is_known_of_the_patient(study: tuple[Path, Path], tmp_path: Path) -> None:
    words = ["compare", *map(str, study), "--out", str(tmp_path), "--screening", "no", "--known-cancer", "yes"]
    assert main.main(words) == 0
    (change,) = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))["changes"]
    (rads,) = (advice for advice in change["advice"] if advice["guideline"] == "Lung-RADS v2022")
    assert "not taken for screening" in rads["why"]


@pytest.mark.parametrize("command", [compare_command, report_command])
def test_what_is_told_of_the_patient_is_never_guessed(command: ModuleType) -> None:
    ways = ["study", "other"] if command is compare_command else ["study"]
    nothing = options.told_of(command.parser().parse_args([*ways, "--out", "x"]))
    assert nothing == Told()
    words = ["--screening", "yes", "--known-cancer", "no", "--immunosuppressed", "no", "--risk", "high"]
    assert options.told_of(command.parser().parse_args([*ways, "--out", "x", *words])) == Told(True, False, False, True)


def test_dicom_and_anonymous_hand_on_without_the_patient(study: tuple[Path, Path], tmp_path: Path) -> None:
    words = ["--out", str(tmp_path), "--dicom", "--anonymous"]
    assert main.main(["analyse", str(study[1]), *words]) == 0
    names = {path.name for path in (tmp_path / "dicom").iterdir()}
    assert {"findings.dcm", "marks.dcm", "report.dcm", "heat-nodule.dcm", "picture-1.dcm"} <= names
    assert (tmp_path / "report.fhir.json").exists()
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        for secret in (b"1.2.3.1", b"1.2.3.2", b"2024-03-01", b"20240301"):
            assert secret not in path.read_bytes(), path.name


def test_dicom_of_a_volume_file_is_refused_before_the_work(
    study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = scan(chest(chest_grid((8.0, 5.0, 5.0))))
    write_volume(tmp_path / "scan.nii.gz", seen.volume.hu, seen.volume.grid)
    words = ["analyse", str(tmp_path / "scan.nii.gz"), "--out", str(tmp_path / "out"), "--dicom"]
    assert main.main(words) == 2
    assert "is no DICOM series" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture(scope="module")
def oldest(study: tuple[Path, Path]) -> Path:
    """Return the folder of a study a year before the current one, taken 20 mm further to the right."""
    folder = study[0].parent / "oldest"
    moved = chest(chest_grid((8.0, 5.0, 5.0)), motion((0, 0, 0), (-8, 0, 0)))
    write_dicom(scan(moved, date(2023, 3, 1), "1.2.3.0"), folder)
    return folder


def test_compare_and_report_take_any_number_of_studies_in_any_order(
    study: tuple[Path, Path], oldest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {date(2023, 3, 1): (-83, 6.0), date(2024, 1, 1): (-75, 8.0), date(2024, 3, 1): (-63, 10.0)}

    def analysed(seen: Scan, device: str, progress: Progress, folder: Path | None = None) -> Analysis:
        assert seen.series.study.taken_on is not None
        left, diameter_mm = sizes[seen.series.study.taken_on]
        return analysis(finding("nodule", 1.0, (lesion("nodule", (left, 5, 25), diameter_mm),)))

    monkeypatch.setattr(scans, "analysed", analysed)
    words = ["report", str(study[1]), "--prior", str(study[0]), str(oldest), "--out", str(tmp_path / "draft")]
    assert main.main(words) == 0
    drafted = (tmp_path / "draft" / "report.txt").read_text(encoding="utf-8")
    assert "mean diameter 6.0 mm on 1 March 2023, 8.0 mm on 1 January 2024, 10.0 mm now" in drafted
    assert "CT of 1 January 2024, 60 days before." in drafted
    assert main.main(["compare", *map(str, (study[1], oldest, study[0])), "--out", str(tmp_path)]) == 0
    document = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert (document["prior"]["taken_on"], document["current"]["taken_on"]) == ("2024-01-01", "2024-03-01")
    lines = document["timeline"]
    assert [one["taken_on"] for one in lines["studies"]] == ["2023-03-01", "2024-01-01", "2024-03-01"]
    (line,) = lines["lines"]
    assert [point["diameter_mm"] for point in line["points"]] == [6.0, 8.0, 10.0]
    assert line["points"][0]["place_mm"] == pytest.approx([-83, 5, 25])
    assert line["doubling_days"] is None
    assert any("8 mm thick: its volumes tell no doubling time" in notice["text"] for notice in lines["notices"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Lesions over 3 studies" in page
    assert page.count("<circle") == 3


def test_studies_that_cannot_be_put_in_order_are_refused_in_words(
    study: tuple[Path, Path], oldest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", str(study[0]), str(study[1]), str(study[1]), "--out", str(tmp_path)]
    assert main.main(words) == main.UNREADABLE
    assert "hold the same series" in capsys.readouterr().err
    assert not (tmp_path / "comparison.json").exists()


def test_report_drafts_what_nobody_read_and_checks_a_report(
    study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "report.txt"
    text.write_text("The heart is normal in size.", encoding="utf-8")
    out = tmp_path / "out"
    words = ["report", str(study[1]), "--prior", str(study[0]), "--check", str(text), "--out", str(out)]
    assert main.main(words) == 0
    drafted = (out / "report.txt").read_text(encoding="utf-8")
    assert "No reader has accepted any of it" in drafted
    assert "Nodule" in drafted
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["read"] is False
    found = json.loads((out / "check.json").read_text(encoding="utf-8"))["discrepancies"]
    assert {(one["kind"], one["abnormality"]) for one in found} & {("silent", "nodule"), ("prior", "nodule")}
    assert str(out) in capsys.readouterr().out


def test_phantom_writes_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["phantom", "--seed", "2", "--findings", "sternotomy", "--spacing", "4", "--out", str(tmp_path / "case")]
    assert main.main(words) == 0
    assert str(tmp_path / "case") in capsys.readouterr().out
    assert (tmp_path / "case" / "masks" / "sternotomy.nii.gz").exists()
    assert any((tmp_path / "case" / "dicom").iterdir())


def test_phantom_refuses_what_it_cannot_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["phantom", "--seed", "2", "--findings", "unicorn", "--out", str(tmp_path)]) == main.UNREADABLE
    assert "unicorn" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["analyse", "compare"])
def test_what_cannot_be_read_ends_with_2_and_one_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.dcm").write_text("this is a text file")
    scans = [str(tmp_path)] * (1 if command == "analyse" else 2)
    assert main.main([command, *scans, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert str(tmp_path) in said.err
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_is_refused(
    study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert main.main(["analyse", str(study[1]), "--out", str(taken)]) == 2
    assert "cannot be made" in capsys.readouterr().err
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("words", [["analyse"], ["analyse", "x"], ["compare", "a", "--out", "b"], ["--nonsense"]])
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == 2


def test_paths_open_the_window(monkeypatch: pytest.MonkeyPatch, opened: list[tuple[list[Path], Path | None]]) -> None:
    _screen(monkeypatch, "")
    assert main.main([]) == 0
    assert main.main(["one", "two"]) == 0
    assert main.main(["./demo"]) == 0
    assert opened == [([], None), ([Path("one"), Path("two")], None), ([Path("./demo")], None)]


def test_without_a_screen_no_window_opens_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
    opened: list[tuple[list[Path], Path | None]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    _screen(monkeypatch, "No window can open: there is no screen.")
    assert main.main(["somewhere"]) == 1
    assert opened == []
    assert "there is no screen. Without one: main.py analyse" in capsys.readouterr().err


def test_the_demo_opens_on_both_scans(
    monkeypatch: pytest.MonkeyPatch, opened: list[tuple[list[Path], Path | None]], study: tuple[Path, Path]
) -> None:
    _screen(monkeypatch, "")
    monkeypatch.setattr(main, "demo_paths", lambda progress: study)
    assert main.main(["demo"]) == 0
    assert opened == [([study[1]], study[0])]


def test_the_demo_without_a_screen_writes_its_reading(
    monkeypatch: pytest.MonkeyPatch,
    opened: list[tuple[list[Path], Path | None]],
    study: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _screen(monkeypatch, "No window can open: there is no screen.")
    monkeypatch.setattr(main, "demo_paths", lambda progress: study)
    assert main.main(["demo", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("No window can open: there is no screen.")
    assert said.out.splitlines()[-1] == f"The reading lies in {tmp_path}"
    assert opened == []
    pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert len(pictures) == 12
    assert pictures[:2] == ["current-axial-heat.png", "current-axial.png"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 12
    for role in ("current", "prior"):
        plain, heat = (
            SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "pictures" / f"{role}-{name}.png")))
            for name in ("axial", "axial-heat")
        )
        assert plain.shape == heat.shape
        assert (plain[..., :3] != heat[..., :3]).any(axis=-1).sum() > 500


def test_ctrl_c_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(seen: Scan, device: str, progress: Progress, folder: Path | None = None) -> Analysis:
        raise KeyboardInterrupt

    monkeypatch.setattr(scans, "analysed", interrupted)
    assert main.main(["analyse", str(study[1]), "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_missing_library_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def unlinked(seen: Scan, device: str, progress: Progress, folder: Path | None = None) -> Analysis:
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(scans, "analysed", unlinked)
    assert main.main(["analyse", str(study[1]), "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "(libEGL.so.1)" in said
    assert "sudo apt-get install -y libegl1" in said


def test_a_cohort_is_built_and_what_was_left_out_is_said(
    study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = tmp_path / "reports.csv"
    reports.write_text("accession,report_text\nA1,No nodule.\n", encoding="utf-8")
    words = ["cohort", "build", "--scans", str(study[0]), "--reports", str(reports), "--out", str(tmp_path / "store")]
    assert main.main(words) == 0
    said = capsys.readouterr().out
    assert "holds 0 scans" in said
    assert "1 examinations were left out (1 no report), 1 reports have no scan" in said
    assert (tmp_path / "store" / "report.html").exists()
    words[3] = str(tmp_path / "nowhere")
    assert main.main(words) == 2
    assert "nowhere is no folder" in capsys.readouterr().err


def test_a_hospital_out_of_range_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["hospital", "--patients", "1", "--seed", "100", "--out", str(tmp_path)]) == 2
    assert "0…99" in capsys.readouterr().err


class _Terminal(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_progress_shows_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, study: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["analyse", str(study[1]), "--out", str(tmp_path)]
    assert main.main(words) == 0
    assert capsys.readouterr().err == ""
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert main.main(words) == 0
    assert "Standing in" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")
