"""What a folder holds: which series, and what was left out and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ai import scan
from ai.series import FileWindow
from tests.support.dicom_series import Plan, thorax_box, write_series

OTHER = "1.2.826.0.1.3680043.8.498.77"


def test_the_header_is_told(tmp_path: Path) -> None:
    write_series(tmp_path, thorax_box())
    (series,) = scan.find_series(tmp_path)
    patient = series.study.patient
    assert (patient.name, patient.identifier, patient.sex, patient.age) == ("Roe, Richard", "T-1", "M", "074Y")
    assert patient.birth_date == date(1950, 1, 2)
    assert (series.study.taken_on, series.study.description) == (date(2024, 1, 31), "CT chest")
    assert (series.number, series.description, series.kernel) == (1, "Thorax", "B30f")
    assert (series.thickness_mm, series.shape, series.lossy) == (2.5, (9, 32, 24), False)
    assert series.windows == (FileWindow(400, 40, "MEDIASTINUM"), FileWindow(1500, -600, "LUNG"))
    assert series.source == tmp_path


@pytest.mark.parametrize(
    ("charset", "name", "shown"),
    [
        ("ISO_IR 100", "Müller^Jörg", "Müller, Jörg"),
        ("ISO_IR 192", "王^小东", "王, 小东"),
        ("GB18030", "王^小东", "王, 小东"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎", "Yamada, Tarou (山田 太郎)"),
        ("ISO_IR 144", "Люкceмбypг", "Люкceмбypг"),
    ],
)
def test_names_in_other_letters(tmp_path: Path, charset: str | list[str], name: str, shown: str) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.SpecificCharacterSet = charset
        ds.PatientName = name

    write_series(tmp_path, thorax_box(), change=change)
    assert scan.find_series(tmp_path)[0].study.patient.name == shown


def test_several_series_are_listed_and_not_read_as_one(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path / "a", plan)
    write_series(tmp_path / "b", Plan(plan.hu[:5], plan.grid.crop((0, 0, 0), (5, 32, 24)), uid=OTHER, number=2))
    assert [s.title for s in scan.find_series(tmp_path)] == ["1: Thorax (9 slices)", "2: Thorax (5 slices)"]
    with pytest.raises(scan.SeveralSeries, match=r"2 series: 1: Thorax \(9 slices\); 2: Thorax") as refusal:
        scan.read(tmp_path)
    assert len(refusal.value.series) == 2
    assert scan.read(scan.find_series(tmp_path)[1]).volume.grid.shape == (5, 32, 24)


def test_two_reconstructions_under_one_uid_are_told_apart(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path / "soft", plan)

    def sharp(ds: Dataset, index: int) -> None:
        ds.ConvolutionKernel = "B70f"

    write_series(tmp_path / "sharp", Plan(plan.hu + np.int16(5), plan.grid), change=sharp)
    found = scan.find_series(tmp_path)
    assert {s.kernel for s in found} == {"B30f", "B70f"}
    assert len({s.uid for s in found}) == 2
    offsets = {s.kernel: int(scan.read(s).volume.hu[0, 0, 0]) for s in found}
    assert offsets == {"B30f": -1000, "B70f": -995}


def test_mixed_sizes_are_told_apart(tmp_path: Path) -> None:
    write_series(tmp_path / "a", thorax_box())
    write_series(tmp_path / "b", thorax_box((4, 40, 40)))
    assert {s.shape for s in scan.find_series(tmp_path)} == {(9, 32, 24), (4, 40, 40)}


def test_mixed_orientations_are_told_apart(tmp_path: Path) -> None:
    def coronal(ds: Dataset, index: int) -> None:
        ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
        ds.ImagePositionPatient = [0, index, 0]

    write_series(tmp_path / "a", thorax_box())
    write_series(tmp_path / "b", thorax_box(), change=coronal)
    assert len(scan.find_series(tmp_path)) == 2


def test_localiser_and_other_modality_are_left_out_and_named(tmp_path: Path) -> None:
    def localiser(ds: Dataset, index: int) -> None:
        ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    def magnetic(ds: Dataset, index: int) -> None:
        ds.Modality, ds.SOPClassUID = "MR", "1.2.840.10008.5.1.4.1.1.4"

    write_series(tmp_path / "scan", thorax_box())
    write_series(tmp_path / "topogram", thorax_box(), [0], localiser)
    write_series(tmp_path / "mr", Plan(thorax_box().hu, thorax_box().grid, uid=OTHER), [0, 1], magnetic)
    (tmp_path / "readme.txt").write_text("Burnt by the archive.")
    (tmp_path / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    (series,) = scan.find_series(tmp_path)
    assert series.shape == (9, 32, 24)
    told = " ".join(notice.text for notice in series.notices)
    assert "1 localiser was left out" in told
    assert "2 MR" in told
    assert "readme.txt" in told


def test_a_file_stands_for_its_series(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    other = Plan(thorax_box().hu, thorax_box().grid, uid=OTHER)
    for path in write_series(tmp_path / "x", other):
        path.rename(tmp_path / f"other-{path.name}")
    (series,) = scan.find_series(paths[4])
    assert len(series.slices) == 9
    assert {s.path for s in series.slices} == set(paths)
    assert series.source == paths[4]


def test_a_dicomdir_stands_for_its_folder(tmp_path: Path) -> None:
    write_series(tmp_path / "DICOM", thorax_box())
    (tmp_path / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    assert scan.find_series(tmp_path / "DICOMDIR")[0].shape == (9, 32, 24)


def test_volumes_in_a_folder_are_listed(tmp_path: Path) -> None:
    plan = thorax_box()
    scan.write_volume(tmp_path / "a.nii.gz", plan.hu, plan.grid)
    write_series(tmp_path / "dicom", plan)
    assert [s.source.name for s in scan.find_series(tmp_path)] == [tmp_path.name, "a.nii.gz"]


def test_many_strangers_make_one_notice(tmp_path: Path) -> None:
    write_series(tmp_path / "z", thorax_box())
    for number in range(500):
        (tmp_path / f"{number}.txt").write_bytes(b"note")
    (series,) = scan.find_series(tmp_path)
    assert "500 files were no DICOM" in series.notices[0].text


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused by a stand-in: where tests run as root, everything may be read."""
    paths = write_series(tmp_path, thorax_box())
    opened = Path.open

    def refusing(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path == paths[4]:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(scan.ScanError, match="permission denied") as refusal:
        scan.find_series(paths[4])
    assert str(paths[4]) in str(refusal.value)
    read = scan.read(tmp_path)
    assert any("permission denied" in notice.text and notice.grave for notice in read.notices)
    assert read.interpolated == {4}


@pytest.mark.parametrize(
    "kind",
    [
        ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"],
        ["DERIVED", "SECONDARY", "SCREEN SAVE"],
        ["ORIGINAL", "PRIMARY", "AXIAL", "DOSE_INFO"],
    ],
)
def test_dose_sheets_are_left_out_and_named(tmp_path: Path, kind: list[str]) -> None:
    def sheet(ds: Dataset, index: int) -> None:
        ds.ImageType = kind

    write_series(tmp_path / "slices", thorax_box())
    write_series(tmp_path / "sheet", thorax_box(), [0], sheet)
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, thorax_box().hu)
    assert [n.text for n in read.notices] == ["1 picture of text (dose or protocol) was left out."]


def test_a_low_dose_scan_is_no_dose_sheet(tmp_path: Path) -> None:
    def low_dose(ds: Dataset, index: int) -> None:
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "LOW DOSE"]

    write_series(tmp_path, thorax_box(), change=low_dose)
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, thorax_box().hu)
    assert not read.notices


def test_values_that_are_no_hounsfield_units_are_said_to_be_none(tmp_path: Path) -> None:
    def effective_atomic_number(ds: Dataset, index: int) -> None:
        ds.RescaleType = "Z_EFF"

    write_series(tmp_path, thorax_box(), change=effective_atomic_number)
    assert [(n.text, n.grave) for n in scan.read(tmp_path).notices] == [
        ("The values are said to be Z_EFF, not Hounsfield units.", True)
    ]


def test_a_rescale_that_is_missing_is_not_guessed_in_silence(tmp_path: Path) -> None:
    def silent(ds: Dataset, index: int) -> None:
        if index < 3:
            del ds.RescaleSlope, ds.RescaleIntercept

    write_series(tmp_path, thorax_box(), change=silent)
    notice, _ = scan.read(tmp_path).notices  # the other tells that these slices are unlike the rest
    assert notice.grave
    assert notice.text.endswith("they are shown as stored (3 of 9 slices).")


def test_a_table_of_values_is_refused(tmp_path: Path) -> None:
    def table(ds: Dataset, index: int) -> None:
        item = Dataset()
        item.ModalityLUTType = "HU"
        item.add_new(0x00283002, "US", [4, 0, 16])
        item.add_new(0x00283006, "US", [0, 1, 2, 3])
        ds.ModalityLUTSequence = [item]

    write_series(tmp_path, thorax_box(), change=table)
    with pytest.raises(scan.ScanError, match="Hounsfield units by a table, which is not read"):
        scan.find_series(tmp_path)
