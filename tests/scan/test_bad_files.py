"""Faulty input gets a sentence that names file, fault and remedy; what can be read is still shown."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from ai import scan
from ai.volume import AIR_HU
from tests.support import dicom_series as build
from tests.support.dicom_series import Form, Plan, landmark_mm, thorax_box, write_series


def refusal(path: Path) -> str:
    """The sentence with which a path is refused."""
    with pytest.raises(scan.ScanError) as caught:
        scan.read(path)
    return str(caught.value)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is an empty folder. Choose a folder with CT slices."


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone") == f"{tmp_path / 'gone'} does not exist. Check the name."


def test_a_folder_without_ct(tmp_path: Path) -> None:
    def magnetic(ds: Dataset, index: int) -> None:
        ds.Modality, ds.SOPClassUID = "MR", "1.2.840.10008.5.1.4.1.1.4"

    write_series(tmp_path, thorax_box(), change=magnetic)
    assert refusal(tmp_path) == f"{tmp_path} holds no CT slices, only other objects (9 MR). Choose a CT series."


def test_a_folder_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")
    assert "none of its 1 files" in refusal(tmp_path)
    assert "letter.txt" in refusal(tmp_path)


def test_only_localisers(tmp_path: Path) -> None:
    def localiser(ds: Dataset, index: int) -> None:
        ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    write_series(tmp_path, thorax_box(), [0], localiser)
    assert "only localisers or dose sheets" in refusal(tmp_path)


@pytest.mark.parametrize("text", ["", "No picture here.", "x" * 5000], ids=["empty", "short", "long"])
def test_a_text_file_named_dcm(tmp_path: Path, text: str) -> None:
    path = tmp_path / "picture.dcm"
    path.write_text(text)
    fault = "is empty" if not text else "is no DICOM file"
    assert str(path) in refusal(path)
    assert fault in refusal(path)
    write_series(tmp_path, thorax_box())
    read = scan.read(tmp_path)
    assert read.volume.hu_at(landmark_mm(thorax_box())) == 1003
    assert "picture.dcm" in read.notices[0].text


@pytest.mark.parametrize("syntax", [build.EXPLICIT, build.DEFLATED, build.JPEG_LOSSLESS, build.RLE, build.JPEG_LS])
def test_a_truncated_slice_is_filled_and_marked(tmp_path: Path, syntax: str) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(syntax))
    paths = write_series(tmp_path, plan)
    whole = paths[5].read_bytes()
    paths[5].write_bytes(whole[:-60])
    read = scan.read(tmp_path)
    assert read.interpolated == {5}
    assert read.volume.grid == plan.grid
    assert np.array_equal(read.volume.hu, plan.hu)  # the middle of its neighbours is what it held
    told = [n.text for n in read.notices if n.grave and paths[5].name in n.text]
    assert len(told) == 1
    assert re.search("cut off|damaged", told[0])


def test_a_truncated_last_slice_is_left_as_air(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    paths[8].write_bytes(paths[8].read_bytes()[:-700])
    read = scan.read(tmp_path)
    assert read.interpolated == {8}
    assert (read.volume.hu[8] == AIR_HU).all()
    assert "left as air" in read.notices[0].text


def test_a_header_cut_off(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    paths[5].write_bytes(paths[5].read_bytes()[:600])
    read = scan.read(tmp_path)
    assert read.interpolated == {5}
    assert f"{paths[5]} is cut off inside its DICOM header" in read.notices[0].text
    assert f"{paths[5]} is cut off" in refusal(paths[5])


def test_no_slice_can_be_read(tmp_path: Path) -> None:
    for path in write_series(tmp_path, thorax_box()):
        path.write_bytes(path.read_bytes()[:-900])
    assert f"No slice of {tmp_path} could be read" in refusal(tmp_path)


def test_a_vanished_file_is_a_missing_slice(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    (series,) = scan.find_series(tmp_path)
    paths[2].unlink()
    read = scan.begin(series).load()
    assert read.interpolated == {2}
    assert "no such file" in read.notices[0].text


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("ImagePositionPatient", "where in the patient"),
        ("ImageOrientationPatient", "where in the patient"),
        ("PixelSpacing", "how large its pixels are"),
    ],
)
def test_slices_without_geometry(tmp_path: Path, keyword: str, words: str) -> None:
    def change(ds: Dataset, index: int) -> None:
        delattr(ds, keyword)

    write_series(tmp_path, thorax_box(), change=change)
    assert words in refusal(tmp_path)


def test_directions_that_are_none(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.ImageOrientationPatient = [1, 0, 0, 1, 0, 0]

    write_series(tmp_path, thorax_box(), change=change)
    assert "perpendicular" in refusal(tmp_path)


def test_a_colour_picture(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.SamplesPerPixel = 3

    write_series(tmp_path, thorax_box(), change=change)
    assert "colour picture" in refusal(tmp_path)


def test_an_unknown_compression(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        build.store(ds, np.zeros((32, 24), np.uint16), build.RLE)
        ds.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.102")

    write_series(tmp_path, thorax_box(), change=change)
    assert "compressed in a way that is not read" in refusal(tmp_path)


def test_lossy_pictures_are_told(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.LossyImageCompression = "01"

    write_series(tmp_path, thorax_box(), change=change)
    read = scan.read(tmp_path)
    assert read.series.lossy
    assert any(n.grave and "loss" in n.text for n in read.notices)


def test_a_file_without_preamble_is_read(tmp_path: Path) -> None:
    for path in write_series(tmp_path, Plan(thorax_box().hu, thorax_box().grid, Form(build.IMPLICIT))):
        whole = path.read_bytes()
        meta = int.from_bytes(whole[140:144], "little")
        path.write_bytes(whole[144 + meta :])
    assert np.array_equal(scan.read(tmp_path).volume.hu, thorax_box().hu)


@pytest.mark.parametrize("syntax", [build.EXPLICIT, build.IMPLICIT, build.JPEG_LOSSLESS, build.RLE, build.JPEG_2000])
def test_random_damage_is_survived(tmp_path: Path, syntax: str) -> None:
    """Damaged bytes end in a scan or a sentence, in nothing else."""
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(syntax))
    paths = write_series(tmp_path, plan, [0, 1, 2])
    whole = paths[1].read_bytes()
    random = np.random.default_rng(7)
    read = refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for place in random.integers(128, len(whole), random.integers(1, 12)):
            damaged[place] = random.integers(256)
        paths[1].write_bytes(damaged[: random.integers(200, len(whole) + 1)] if random.random() < 0.3 else damaged)
        try:
            read += len(scan.find_series(tmp_path)) > 0
            scan.read(tmp_path)
        except scan.ScanError:
            refused += 1
    assert read == 150
    assert refused < 150
