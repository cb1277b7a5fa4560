"""A medium's table of contents: what it lists is read, what it lists in vain is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage, generate_uid

from ai import scan
from tests.support.dicom_series import Plan, thorax_box, write_series

OTHER = "1.2.826.0.1.3680043.8.498.77"


def write_directory(medium: Path, files: list[Path]) -> None:
    """Write a DICOMDIR whose image records refer to these files (DICOM PS3.3 F.3)."""
    directory = Dataset()
    directory.file_meta = FileMetaDataset()
    directory.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    directory.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["directory"])
    directory.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    directory.FileSetID = "TEST"
    records = []
    for kind in ("PATIENT", "STUDY", "SERIES"):
        record = Dataset()
        record.DirectoryRecordType = kind
        records.append(record)
    for path in files:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = list(path.relative_to(medium).parts)
        records.append(record)
    directory.DirectoryRecordSequence = records
    dcmwrite(medium / "DICOMDIR", directory, enforce_file_format=True)


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    """Write a medium whose DICOMDIR lists two series; a third lies beside them."""
    plan, medium = thorax_box(), tmp_path / "medium"
    listed = write_series(medium / "CT" / "A", plan)
    listed += write_series(medium / "CT" / "B", Plan(plan.hu, plan.grid, uid=OTHER, number=2))
    for number, path in enumerate(listed):
        listed[number] = path.rename(path.with_suffix(""))
    write_directory(medium, listed)
    write_series(medium / "loose", Plan(plan.hu, plan.grid, uid=OTHER + ".3", number=3))
    return medium


def test_what_is_listed_is_read(medium: Path) -> None:
    found = scan.find_series(medium / "DICOMDIR")
    assert [(s.number, s.shape[0], s.source) for s in found] == [
        (1, 9, medium / "DICOMDIR"),
        (2, 9, medium / "DICOMDIR"),
    ]
    assert np.array_equal(scan.read(found[1]).volume.hu, thorax_box().hu)
    assert not found[0].notices


def test_a_folder_is_read_whole_whatever_its_dicomdir_lists(medium: Path) -> None:
    assert [s.number for s in scan.find_series(medium)] == [1, 2, 3]


def test_files_that_are_listed_but_missing_are_named(medium: Path) -> None:
    gone = scan.find_series(medium / "DICOMDIR")[0].slices[4].path
    gone.unlink()
    found = scan.find_series(medium / "DICOMDIR")
    (notice,) = [n for n in found[0].notices if "listed by the DICOMDIR" in n.text]
    assert notice.grave
    assert notice.text.startswith("1 file was listed by the DICOMDIR but missing (first: ")
    assert gone.name in notice.text


def test_none_there_is_refused(medium: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (medium / "DICOMDIR").rename(tmp_path / "alone" / "DICOMDIR")
    with pytest.raises(scan.ScanError, match=r"lists 18 files of which none is there .* Copy the whole medium"):
        scan.find_series(tmp_path / "alone" / "DICOMDIR")


def test_names_in_small_letters_and_with_versions_are_found(medium: Path) -> None:
    for folder in sorted((p for p in medium.rglob("*") if p.is_dir()), reverse=True):
        for path in folder.iterdir():
            path.rename(folder / f"{path.name.lower()}{';1' if path.is_file() else ''}")
    assert [s.shape[0] for s in scan.find_series(medium / "DICOMDIR")] == [9, 9]


def test_a_damaged_dicomdir_gives_way_to_its_folder(medium: Path) -> None:
    (medium / "DICOMDIR").write_bytes((medium / "DICOMDIR").read_bytes()[:300])
    found = scan.find_series(medium / "DICOMDIR")
    assert [s.number for s in found] == [1, 2, 3]
    assert any("DICOMDIR is damaged; every file of its folder was looked at" in n.text for n in found[0].notices)
