"""NIfTI, NRRD and MetaImage with wrong headers or voxels: ITK forgives much in silence, a reader is told."""

from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from ai import scan
from tests.scan.test_bad_files import refusal
from tests.scan.test_volume_files import nifti
from tests.support.dicom_series import thorax_box
from tests.support.well_formed import small_grid, turned


def written(path: Path) -> bytes:
    """Write noise on a turned grid; return the file."""
    grid = turned(small_grid(), (5.0, 0.0, 9.0))
    scan.write_volume(path, np.random.default_rng(2).integers(-1000, 900, grid.shape).astype(np.int16), grid)
    return path.read_bytes()


def told(path: Path) -> str:
    """All that the reader must not miss."""
    return " ".join(notice.text for notice in scan.read(path).notices if notice.grave)


@pytest.mark.parametrize("name", ["v.nrrd", "v.mha", "v.nii.gz"])
@pytest.mark.parametrize("back", [20, 120, 400])
def test_damaged_voxels_are_refused(tmp_path: Path, name: str, back: int) -> None:
    """Each of the three is packed with a check sum, which ITK does not always look at."""
    whole = bytearray(written(tmp_path / name))
    whole[-back : -back + 8] = bytes(8)
    (tmp_path / name).write_bytes(whole)
    assert str(tmp_path / name) in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("v.mha", rb"TransformMatrix = \S+", b"TransformMatrix = 0.98-7"),
        ("v.mha", rb"Offset = \S+", b"Offset = nan"),
        ("v.mha", rb"ElementSpacing = \S+", b"ElementSpacing = 0.7x"),
        ("v.nrrd", rb"space directions: \(\S+?,", b"space directions: (0.69-13,"),
        ("v.nrrd", rb"space origin: \(\S+?,", b"space origin: (2e,"),
    ],
)
def test_a_place_that_cannot_be_read_is_not_guessed(tmp_path: Path, name: str, old: bytes, new: bytes) -> None:
    whole = written(tmp_path / name)
    (tmp_path / name).write_bytes(re.sub(old, new, whole, count=1))
    assert "damaged header" in refusal(tmp_path / name)


@pytest.mark.parametrize("field", [b"Offset", b"ElementSpacing", b"TransformMatrix"])
def test_a_metaimage_that_does_not_say_all_is_told(tmp_path: Path, field: bytes) -> None:
    whole = written(tmp_path / "v.mha")
    (tmp_path / "v.mha").write_bytes(whole.replace(field + b" =", b"Comment =", 1))
    assert "does not say how it lies" in told(tmp_path / "v.mha")


def test_a_metaimage_that_does_not_say_how_long_its_voxels_are_is_refused(tmp_path: Path) -> None:
    """ITK then shows whatever was in memory."""
    whole = written(tmp_path / "v.mha")
    (tmp_path / "v.mha").write_bytes(re.sub(rb"CompressedDataSize = \d+\n", b"", whole))
    assert "cut off or damaged" in refusal(tmp_path / "v.mha")


@pytest.mark.parametrize("name", ["v.nii", "v.mhd"])
def test_bytes_put_into_the_voxels_are_told(tmp_path: Path, name: str) -> None:
    written(tmp_path / name)
    voxels = tmp_path / name.replace(".mhd", ".raw")
    whole = voxels.read_bytes()
    voxels.write_bytes(whole[:-300] + b"\x01\x02" * 3 + whole[-300:])
    assert "6 bytes longer than its voxels" in told(tmp_path / name)


def test_a_nifti_that_says_two_places_is_told(tmp_path: Path) -> None:
    whole = bytearray(written(tmp_path / "v.nii"))
    whole[280:284] = np.float32(-0.2).tobytes()
    (tmp_path / "v.nii").write_bytes(whole)
    assert "in two ways where it lies" in told(tmp_path / "v.nii")


def test_a_nifti_of_unknown_codes_does_not_say_how_it_lies(tmp_path: Path) -> None:
    whole = bytearray(written(tmp_path / "v.nii"))
    whole[252:256] = b"\x77\x11\x77\x11"
    (tmp_path / "v.nii").write_bytes(whole)
    assert "does not say how it lies" in told(tmp_path / "v.nii")


def test_a_nifti_whose_voxels_begin_too_late_is_refused(tmp_path: Path) -> None:
    whole = bytearray(written(tmp_path / "v.nii"))
    whole[108:112] = np.float32(354).tobytes()
    (tmp_path / "v.nii").write_bytes(whole)
    assert "cut off or damaged" in refusal(tmp_path / "v.nii")


def test_gzip_in_several_blocks_is_read(tmp_path: Path) -> None:
    plain = tmp_path / "v.nii"
    nifti(plain, thorax_box().hu, np.diag([-0.7, -0.8, 2.5, 1.0]))
    whole = plain.read_bytes()
    packed = tmp_path / "v.nii.gz"
    packed.write_bytes(gzip.compress(whole[:700]) + gzip.compress(whole[700:]) + gzip.compress(b""))
    assert np.array_equal(scan.read(packed).volume.hu, thorax_box().hu)


def test_axes_that_lean_are_told(tmp_path: Path) -> None:
    whole = written(tmp_path / "v.nrrd")
    leaning = re.sub(rb"space directions: \((\S+?),", b"space directions: (0.55,", whole, count=1)
    (tmp_path / "v.nrrd").write_bytes(leaning)
    assert "not perpendicular" in told(tmp_path / "v.nrrd")


@pytest.mark.parametrize("name", ["v.mha", "v.nrrd", "v.nii.gz", "v.nii"])
def test_no_memory_is_taken_for_voxels_that_cannot_be_there(tmp_path: Path, name: str) -> None:
    whole = written(tmp_path / name)
    if name == "v.nii.gz":
        header = bytearray(gzip.decompress(whole))
        header[42:48] = np.array([30000, 30000, 900], "<i2").tobytes()
        (tmp_path / name).write_bytes(gzip.compress(bytes(header)))
    elif name == "v.nii":
        (tmp_path / name).write_bytes(whole[:42] + np.array([30000, 30000, 900], "<i2").tobytes() + whole[48:])
    else:
        (tmp_path / name).write_bytes(whole.replace(b"9 12 7\n", b"30000 30000 900\n", 1))
    (series,) = scan.find_series(tmp_path / name)
    with pytest.raises(scan.ScanError, match="cut off or damaged"):
        scan.begin(series)


@pytest.mark.parametrize("said", [b"73", b"0", b"-3", b"3000000000", b"three"])
def test_dimensions_that_no_library_has_room_for_are_refused(tmp_path: Path, said: bytes) -> None:
    """MetaIO writes beyond its memory at eleven and more, and takes the program with it."""
    whole = written(tmp_path / "v.mha")
    (tmp_path / "v.mha").write_bytes(whole.replace(b"NDims = 3", b"NDims = " + said))
    assert "NDims" in refusal(tmp_path / "v.mha")


@pytest.mark.parametrize("said", [1e30, float("inf"), float("nan"), -1e30])
def test_voxels_that_begin_where_no_file_is_are_refused(tmp_path: Path, said: float) -> None:
    whole = bytearray(written(tmp_path / "v.nii"))
    struct.pack_into("<f", whole, 108, said)
    (tmp_path / "v.nii").write_bytes(whole)
    assert str(tmp_path / "v.nii") in refusal(tmp_path / "v.nii")
