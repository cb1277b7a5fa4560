"""Headers that are wrong where nobody looks: found by damaging files at random, each once shown in silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ai import scan
from ai.scan.thumbnail import thumbnail
from tests.scan.test_bad_files import refusal
from tests.support import dicom_series as build
from tests.support.dicom_series import Change, Form, Plan, landmark_mm, thorax_box, write_series
from tests.support.enhanced_series import enhanced
from tests.support.well_formed import Pixels, noise, small_grid, write


def only(index: int, change: Change) -> Change:
    """Change one slice only."""
    return lambda ds, at: change(ds, at) if at == index else None


def told(folder: Path) -> str:
    """All that the reader must not miss about the one series of a folder."""
    return " ".join(notice.text for notice in scan.read(folder).notices if notice.grave)


def raw_value(path: Path, old: bytes, new: bytes) -> None:
    """Write other bytes over some of a file."""
    whole = path.read_bytes()
    assert whole.count(old) == 1
    path.write_bytes(whole.replace(old, new))


def test_a_rescale_that_is_no_number_is_not_taken_for_none(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    raw_value(paths[4], b"DS\x08\x00-1024.0 ", b"DS\x08\x00/1024.0 ")
    assert "a rescale that cannot be read" in told(tmp_path)
    assert scan.read(tmp_path).interpolated == {4}


def test_two_slopes_are_not_one(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.add_new(0x00281053, "DS", [400, 1500])

    write_series(tmp_path, thorax_box(), change=change)
    assert "a rescale that cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize(("slope", "intercept"), [("1e-9", "0"), ("5000", "0"), ("1", "-99999")])
def test_an_absurd_rescale_gives_no_hounsfield_units(tmp_path: Path, slope: str, intercept: str) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.RescaleSlope, ds.RescaleIntercept = slope, intercept

    write_series(tmp_path, thorax_box(), change=change)
    assert "gives no Hounsfield units" in refusal(tmp_path)


@pytest.mark.parametrize(("keyword", "value"), [("PixelSpacing", [30, 30]), ("ImagePositionPatient", [99969, 0, 0])])
def test_absurd_places_are_refused(tmp_path: Path, keyword: str, value: list[float]) -> None:
    write_series(tmp_path, thorax_box(), change=lambda ds, index: setattr(ds, keyword, value))
    assert "left out" in refusal(tmp_path)


def test_pixels_of_unknown_sign_are_refused(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        del ds.PixelRepresentation

    write_series(tmp_path, thorax_box(), change=change)
    assert "whether its pixels can be negative" in refusal(tmp_path)


@pytest.mark.parametrize(("rows", "columns"), [(16, 24), (32, 12), (31, 24)])
def test_more_pixels_than_the_picture_has_are_refused(tmp_path: Path, rows: int, columns: int) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.Rows, ds.Columns = rows, columns

    write_series(tmp_path, thorax_box(), change=change)
    assert f"are no picture of {rows} × {columns}" in refusal(tmp_path)


def test_frames_of_another_size_than_stored_are_refused(tmp_path: Path) -> None:
    path = enhanced(tmp_path / "enhanced.dcm", thorax_box(), list(range(9)))
    raw_value(path, b"US\x02\x00\x20\x00", b"US\x02\x00\x10\x00")
    assert "not 9 pictures of 16 × 24" in refusal(path)


def test_compressed_pixels_called_uncompressed_are_refused(tmp_path: Path) -> None:
    for path in write_series(tmp_path, Plan(thorax_box().hu, thorax_box().grid, Form(build.RLE))):
        raw_value(path, build.RLE.encode() + b"\0", build.EXPLICIT.encode() + b"\0")
    assert "its pixels are compressed, but it says that they are not" in refusal(tmp_path)


def test_a_slice_with_another_rescale_is_told(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.RescaleIntercept = "-512"

    write_series(tmp_path, thorax_box(), change=only(3, change))
    assert "1 of 9 slices says another rescale, slope 1 and intercept -512, than the others" in told(tmp_path)
    assert "IM0004.dcm" in told(tmp_path)


def test_slices_that_each_have_their_own_rescale_are_not_told(tmp_path: Path) -> None:
    plan = thorax_box()

    def change(ds: Dataset, index: int) -> None:
        ds.RescaleIntercept = str(-1000 - index)
        build.store(ds, (plan.hu[index].astype(np.int32) + 1000 + index).astype(np.uint16), build.EXPLICIT)

    write_series(tmp_path, plan, change=change)
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert not read.notices


def test_a_slice_with_another_kind_of_pixels_is_told(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.BitsStored, ds.HighBit = 10, 9

    write_series(tmp_path, thorax_box(), change=only(3, change))
    assert "another kind of pixels, 10 bits unsigned" in told(tmp_path)


def test_slices_without_rescale_are_told(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        del ds.RescaleSlope, ds.RescaleIntercept

    write_series(tmp_path, thorax_box(), change=change)
    assert "do not say how stored values become Hounsfield units" in told(tmp_path)


def test_a_slice_of_another_size_under_the_same_uid_is_told_in_both_stacks(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.PixelSpacing = [1.6, 0.7]

    write_series(tmp_path, thorax_box(), change=only(8, change))
    stacks = [scan.begin(series).load() for series in scan.find_series(tmp_path)]
    assert sorted(len(one.volume.hu) for one in stacks) == [1, 8]
    for one in stacks:
        assert any("listed apart" in notice.text and notice.grave for notice in one.notices)


def test_a_scout_without_its_name_is_told_and_not_gravely(tmp_path: Path) -> None:
    def scout(ds: Dataset, index: int) -> None:
        ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]

    write_series(tmp_path / "a", thorax_box())
    write_series(tmp_path / "b", thorax_box(), [0], scout)
    longest = max(scan.find_series(tmp_path), key=lambda series: len(series.slices))
    assert [(notice.text, notice.grave) for notice in longest.notices] == [
        ("1 slice of the same series, of another size, pixel spacing or orientation, is listed apart.", False)
    ]


def test_bytes_put_into_the_pixels_are_noticed(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    whole = paths[4].read_bytes()
    paths[4].write_bytes(whole[:-400] + b"\x07\x09" * 9 + whole[-400:])
    assert "18 bytes follow its pixels that belong to nothing" in told(tmp_path)
    assert scan.read(tmp_path).interpolated == {4}


@pytest.mark.parametrize("tail", [b"\0" * 512, b"\xfc\xff\xfc\xffOB\0\0\x04\0\0\0\0\0\0\0"], ids=["zeros", "padding"])
def test_what_may_follow_the_pixels_is_no_fault(tmp_path: Path, tail: bytes) -> None:
    for path in write_series(tmp_path, thorax_box()):
        path.write_bytes(path.read_bytes() + tail)
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, thorax_box().hu)
    assert not read.notices


def test_a_deflated_file_without_an_end_is_left_out(tmp_path: Path) -> None:
    """Its pixels may be complete and yet wrong: one damaged bit in the stream shifts all that follows."""
    paths = write_series(tmp_path, Plan(thorax_box().hu, thorax_box().grid, Form(build.DEFLATED)))
    paths[4].write_bytes(paths[4].read_bytes()[:-3])
    assert "its deflated content has no end" in told(tmp_path)
    assert scan.read(tmp_path).interpolated == {4}


def test_bytes_swapped_two_by_two_are_not_shown(tmp_path: Path) -> None:
    """Eight-bit pixels as words of a big-endian file: each pair lies the wrong way round."""

    def change(ds: Dataset, index: int) -> None:
        ds["PixelData"].VR = "OW"

    pixels = Pixels(build.BIG_ENDIAN, bits=8)
    write(tmp_path, small_grid((3, 12, 10)), noise(small_grid((3, 12, 10)), pixels), pixels, change=change)
    assert "two pixels into each big-endian word" in refusal(tmp_path)


def test_an_object_without_a_picture_is_left_out(tmp_path: Path) -> None:
    def change(ds: Dataset, index: int) -> None:
        del ds.PixelData

    write_series(tmp_path, thorax_box(), change=change)
    assert "holds no picture" in refusal(tmp_path)


def test_an_unknown_kind_of_value_is_damage(tmp_path: Path) -> None:
    paths = write_series(tmp_path, thorax_box())
    raw_value(paths[4], b"\x28\x00\x11\x00US", b"\x28\x00\x11\x00UQ")
    assert "damaged DICOM header" in told(tmp_path)


@pytest.mark.parametrize("syntax", [build.JPEG_LOSSLESS, build.JPEG_LS, build.JPEG_2000, build.RLE])
def test_no_memory_is_taken_for_a_compressed_picture_of_absurd_size(tmp_path: Path, syntax: str) -> None:
    def change(ds: Dataset, index: int) -> None:
        ds.Rows = ds.Columns = 65535

    write_series(tmp_path, Plan(thorax_box().hu, thorax_box().grid, Form(syntax)), change=change)
    (series,) = scan.find_series(tmp_path)
    with pytest.raises(scan.ScanError, match="is not 65535 × 65535"):
        scan.begin(series)
    with pytest.raises(scan.ScanError, match="is not 65535 × 65535"):
        thumbnail(series)


def test_a_damaged_first_slice_does_not_hide_the_others(tmp_path: Path) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(build.JPEG_LS))
    paths = write_series(tmp_path, plan)
    raw_value(paths[0], b"\xff\xf7\x00\x0b\x10\x00\x20", b"\xff\xf7\x00\x0b\x10\x00\x21")
    assert scan.read(tmp_path).volume.hu_at(landmark_mm(plan)) == 1003
    assert "IM0001.dcm is damaged" in told(tmp_path)
