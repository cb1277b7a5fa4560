"""The faults that viewers are blamed for, and the test that proves each absent: a fault without its test fails here.

The list is the last section of the radiologists' expectations; the tests stand with what they are about.
"""

from __future__ import annotations

import importlib
import re
import tracemalloc
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from ai import scan
from tests.conftest import SHARED
from tests.support.dicom_series import Form, Plan, landmark_mm, thorax_box, write_series

FAULTS = {
    "Wrong left/right or flipped stack": (
        "test_orientation.test_superior_is_up_and_left_is_left",
        "test_properties.test_a_landmark_is_found_at_its_millimetres",
        "test_volume_files.test_nifti_by_hand_lies_where_its_matrix_says",
        "test_real_scans.test_nifti_is_not_mirrored",
    ),
    "sorted by instance number instead of position": (
        "test_orientation.test_slices_are_ordered_by_position_not_by_number",
        "test_enhanced.test_frames_are_ordered_by_position",
    ),
    "uneven spacing or a missing slice stretched silently": (
        "test_stacking.test_uneven_spacing_is_laid_on_an_even_grid",
        "test_stacking.test_a_missing_slice_is_filled_and_marked",
        "test_properties.test_uneven_spacing_is_told_and_nothing_is_stretched",
        "test_properties.test_missing_slices_are_told_and_the_others_stay_in_place",
    ),
    "gantry tilt ignored": (
        "test_stacking.test_a_tilted_gantry_is_set_upright",
        "test_properties.test_a_tilt_is_told_and_undone",
    ),
    "localiser in the stack": (
        "test_finding.test_localiser_and_other_modality_are_left_out_and_named",
        "test_damaged_headers.test_a_scout_without_its_name_is_told_and_not_gravely",
    ),
    "several series under one UID": (
        "test_finding.test_two_reconstructions_under_one_uid_are_told_apart",
        "test_finding.test_mixed_orientations_are_told_apart",
    ),
    "per-slice rescale ignored": (
        "test_packings.test_each_slice_has_its_own_rescale",
        "test_damaged_headers.test_slices_that_each_have_their_own_rescale_are_not_told",
    ),
    "padding value shown as tissue": ("test_packings.test_padding_becomes_air",),
    "two-valued window tags": ("test_finding.test_the_header_is_told",),
    "signed/unsigned and 12-bit packing": (
        "test_packings.test_twelve_signed_bits_are_extended",
        "test_packings.test_overlay_bits_above_the_stored_ones_are_dropped",
        "test_properties.test_every_voxel_is_found_where_it_was_written",
    ),
    "big endian, deflated, RLE, JPEG, JPEG-LS, JPEG 2000": (
        "test_packings.test_hounsfield_units_survive",
        "test_pydicom_files.test_grey_pictures_of_other_modalities_decode_as_in_pydicom",
        "test_faults.test_lossy_jpeg_is_read_and_told",
    ),
    "a truncated file": (
        "test_bad_files.test_a_truncated_slice_is_filled_and_marked",
        "test_bad_files.test_a_header_cut_off",
        "test_volume_files.test_a_truncated_volume_is_refused",
    ),
    "an empty file": ("test_bad_files.test_a_text_file_named_dcm",),
    "a text file with a .dcm name": ("test_bad_files.test_a_text_file_named_dcm",),
    "DICOMDIR": ("test_dicomdir.test_what_is_listed_is_read",),
    "enhanced multi-frame CT": ("test_enhanced.test_frames_are_ordered_by_position",),
    "1,000 slices and memory": ("test_faults.test_a_thousand_slices_are_held_once",),
    "a mixed folder with 10,000 files": ("test_faults.test_a_series_is_found_among_ten_thousand_files",),
    "non-Latin patient names (ISO 2022, GB18030, UTF-8)": ("test_finding.test_names_in_other_letters",),
    "duplicate slices": (
        "test_stacking.test_duplicates_are_shown_once",
        "test_properties.test_duplicates_are_told_and_the_stack_keeps_its_length",
    ),
    "scan of another body part": ("test_faults.test_the_body_part_is_told",),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_tests(fault: str) -> None:
    for name in FAULTS[fault]:
        module, _, function = name.partition(".")
        assert callable(getattr(importlib.import_module(f"tests.scan.{module}"), function, None)), f"{name} is gone"


def test_no_fault_of_the_list_is_forgotten() -> None:
    page = SHARED / "radiology.md"
    if not page.is_file():
        pytest.skip("the list itself, beside the repository, is absent")
    section = page.read_text(encoding="utf-8").partition("Faults that viewers are blamed for")[2]
    listed = [part.strip(" .\n") for part in re.sub(r"\s+", " ", section.partition("\n")[2]).split("·")]
    assert {part.strip() for part in listed if part} == set(FAULTS)


@pytest.mark.parametrize(("syntax", "bits"), [("1.2.840.10008.1.2.4.50", 8), ("1.2.840.10008.1.2.4.51", 12)])
def test_lossy_jpeg_is_read_and_told(tmp_path: Path, syntax: str, bits: int) -> None:
    """Baseline holds eight bits, extended twelve; both lose a little, and that is said."""
    hu = np.clip(thorax_box().hu, -1000, 1000)
    step = 2000 / ((1 << bits) - 1)

    def change(ds: Dataset, index: int) -> None:
        stored = np.rint((hu[index] + 1000.0) / step).astype(np.uint8 if bits == 8 else np.uint16)
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8 * stored.itemsize, bits, bits - 1
        ds.RescaleSlope, ds.RescaleIntercept = f"{step:.10f}", "-1000"
        ds.file_meta.TransferSyntaxUID = UID(syntax)
        ds.PixelData = encapsulate([bytes(imagecodecs.jpeg8_encode(stored, level=100, bitspersample=bits))])
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True

    write_series(tmp_path, Plan(hu, thorax_box().grid), change=change)
    read = scan.read(tmp_path)
    assert np.abs(read.volume.hu.astype(int) - hu).max() <= 3 * step + 1
    assert any("compressed with loss" in notice.text and notice.grave for notice in read.notices)


def test_a_thousand_slices_are_held_once(tmp_path: Path) -> None:
    plan = thorax_box((1000, 96, 96), (0.6, 0.8, 0.7))
    write_series(tmp_path, Plan(plan.hu, plan.grid, Form(signed=True)))
    tracemalloc.start()
    try:
        read = scan.read(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert peak <= 1.15 * read.volume.hu.nbytes + 24 * 2**20


def test_a_series_is_found_among_ten_thousand_files(tmp_path: Path) -> None:
    def magnetic(ds: Dataset, index: int) -> None:
        ds.Modality, ds.SOPClassUID = "MR", "1.2.840.10008.5.1.4.1.1.4"

    write_series(tmp_path / "study" / "ct", thorax_box())
    stranger = write_series(tmp_path / "other", thorax_box(), [0], magnetic)[0].read_bytes()
    contents = (b"", b"Dear colleague", stranger, bytes(range(256)) * 4)
    for number in range(10_000):
        folder = tmp_path / f"box {number % 40}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number:05}").write_bytes(contents[number % 4])
    (series,) = scan.find_series(tmp_path)
    assert series.shape == (9, 32, 24)
    told = " ".join(notice.text for notice in series.notices)
    assert "2501 MR" in told
    assert "7500 files were no DICOM" in told


def test_the_body_part_is_told(tmp_path: Path) -> None:
    def head(ds: Dataset, index: int) -> None:
        ds.BodyPartExamined = "HEAD"

    write_series(tmp_path, thorax_box(), change=head)
    assert scan.find_series(tmp_path)[0].body_part == "HEAD"
