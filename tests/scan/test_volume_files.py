"""NIfTI, NRRD and MetaImage: where they lie, what they hold, what is refused."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

from ai import scan
from ai.geometry import Matrix, PointMm
from ai.volume import AIR_HU, VoxelGrid
from tests.support.dicom_series import landmark_mm, thorax_box


def nifti(path: Path, values: np.ndarray, sform: Matrix | None) -> None:
    """Write NIfTI-1 by hand (nifti1.h): ``values`` [k, j, i], ``sform`` (i, j, k) → RAS mm; None: no orientation."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *reversed(values.shape), 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, 1, 0.7, 0.8, 2.5, 0, 0, 0, 0)
    struct.pack_into("<ff", header, 108, 352, 1)
    header[123] = 2  # millimetres
    if sform is not None:
        struct.pack_into("<hh", header, 252, 0, 1)
        struct.pack_into("<12f", header, 280, *sform[:3].ravel())
    header[344:348] = b"n+1\0"
    data = bytes(header) + values.astype("<i2").tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.mark.parametrize("flips", [(1, 1), (-1, 1), (1, -1), (-1, -1)], ids=["RA", "LA", "RP", "LP"])
@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz"])
def test_nifti_by_hand_lies_where_its_matrix_says(tmp_path: Path, name: str, flips: tuple[int, int]) -> None:
    """An independent truth: the matrix of the file is RAS (nifti1.h), ours LPS."""
    values = np.full((5, 6, 7), -1000, dtype=np.int16)
    values[3, 1, 4] = 700
    sform = np.diag([0.7 * flips[0], 0.8 * flips[1], 2.5, 1.0])
    sform[:3, 3] = 11, -22, 33
    nifti(tmp_path / name, values, sform)
    right, front, up = (sform @ (4, 1, 3, 1))[:3]
    read = scan.read(tmp_path / name)
    assert read.volume.hu_at(PointMm(-right, -front, up)) == 700
    assert not read.notices


@pytest.mark.parametrize("name", ["v.nii", "v.nrrd", "v.mha"])
def test_a_volume_without_orientation_says_so(tmp_path: Path, name: str) -> None:
    plan = thorax_box()
    path = tmp_path / name
    if name == "v.nii":
        nifti(path, plan.hu, None)
    elif name == "v.nrrd":
        head = f"NRRD0004\ntype: short\ndimension: 3\nsizes: {' '.join(map(str, reversed(plan.hu.shape)))}\n"
        path.write_bytes(
            (head + "spacings: 0.7 0.8 2.5\nendian: little\nencoding: raw\n\n").encode() + plan.hu.tobytes()
        )
    else:
        size = " ".join(map(str, reversed(plan.hu.shape)))
        head = (
            f"ObjectType = Image\nNDims = 3\nDimSize = {size}\nElementSpacing = 0.7 0.8 2.5\nElementType = MET_SHORT\n"
        )
        path.write_bytes((head + "BinaryData = True\nElementDataFile = LOCAL\n").encode() + plan.hu.tobytes())
    read = scan.read(path)
    assert [n.grave for n in read.notices] == [True]
    assert name in read.notices[0].text
    assert "left and right" in read.notices[0].text
    assert np.array_equal(read.volume.hu, plan.hu)


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int32", "float32", "float64"])
def test_other_numbers_are_clipped_and_rounded(tmp_path: Path, kind: str) -> None:
    limits = np.iinfo(kind) if np.dtype(kind).kind != "f" else np.finfo(kind)
    values = np.zeros((3, 4, 5), dtype=kind)
    values[0], values[2] = limits.min, limits.max
    if np.dtype(kind).kind == "f":
        values[1, 0] = np.nan
        values[1, 1] = 12.6
    sitk.WriteImage(sitk.GetImageFromArray(values), str(tmp_path / "v.mha"))
    hu = scan.read(tmp_path / "v.mha").volume.hu
    assert (hu[0] == max(int(limits.min) if np.dtype(kind).kind != "f" else AIR_HU, AIR_HU)).all()
    assert (hu[2] == min(limits.max, 32767)).all()
    if np.dtype(kind).kind == "f":
        assert (hu[1, 0] == AIR_HU).all()
        assert (hu[1, 1] == 13).all()


def test_a_mask_is_not_taken_for_hounsfield_units(tmp_path: Path) -> None:
    plan = thorax_box()
    scan.write_volume(tmp_path / "mask.nii.gz", plan.hu > 0, plan.grid)
    told = [n.text for n in scan.read(tmp_path / "mask.nii.gz").notices if n.grave]
    assert told == ["The thinnest voxel of mask.nii.gz has 0 HU: the file may not be in Hounsfield units."]


@pytest.mark.parametrize(
    ("values", "vector", "words"),
    [
        (np.zeros((2, 3, 4, 5), np.int16), False, "4 dimensions"),
        (np.zeros((3, 4, 5, 3), np.uint8), True, "3 numbers per voxel"),
        (np.zeros((4, 5), np.int16), False, "2 dimensions"),
    ],
    ids=["4-D", "colour", "2-D"],
)
def test_what_is_no_volume_is_refused(tmp_path: Path, values: np.ndarray, vector: bool, words: str) -> None:
    path = tmp_path / "v.nii"
    sitk.WriteImage(sitk.GetImageFromArray(values, isVector=vector), str(path))
    with pytest.raises(scan.ScanError, match=words) as refusal:
        scan.read(path)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.nrrd", "v.mha"])
@pytest.mark.parametrize(
    "content", [b"", b"no volume at all", b"\x5c\x01\x00\x00" * 200], ids=["empty", "text", "junk"]
)
def test_a_file_that_only_has_the_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(scan.ScanError) as refusal:
        scan.read(tmp_path / name)
    assert str(tmp_path / name) in str(refusal.value)


@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.nrrd", "v.mha"])
def test_a_truncated_volume_is_refused(tmp_path: Path, name: str) -> None:
    plan = thorax_box((40, 64, 64))
    noise = np.random.default_rng(0).integers(-1000, 1000, plan.hu.shape).astype(np.int16)
    scan.write_volume(tmp_path / name, noise, plan.grid)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(scan.ScanError, match="cut off or damaged") as refusal:
        scan.read(tmp_path / name)
    assert str(tmp_path / name) in str(refusal.value)


def test_one_bad_volume_does_not_hide_the_others(tmp_path: Path) -> None:
    plan = thorax_box()
    scan.write_volume(tmp_path / "good.nii.gz", plan.hu, plan.grid)
    (tmp_path / "bad.nii.gz").write_bytes(b"nothing")
    read = scan.read(tmp_path)
    assert read.volume.hu_at(landmark_mm(plan)) == 1003
    assert "bad.nii.gz" in read.notices[0].text


def test_writing_refuses_what_does_not_fit(tmp_path: Path) -> None:
    plan = thorax_box()
    with pytest.raises(scan.ScanError, match="do not fit"):
        scan.write_volume(tmp_path / "v.nii", plan.hu[1:], plan.grid)
    with pytest.raises(scan.ScanError, match="complex"):
        scan.write_volume(tmp_path / "v.nii", plan.hu.astype(np.complex128), plan.grid)
    with pytest.raises(scan.ScanError, match="could not be written"):
        scan.write_volume(tmp_path / "v.unknown", plan.hu, plan.grid)
    leaning = plan.grid.affine.copy()
    leaning[1, 0] = 1.0
    with pytest.raises(scan.ScanError, match="perpendicular"):
        scan.write_volume(tmp_path / "v.nii", plan.hu, VoxelGrid(plan.grid.shape, leaning))


@pytest.mark.parametrize("kind", ["int16", "float32", "uint8"])
def test_written_values_are_kept_exactly(tmp_path: Path, kind: str) -> None:
    plan = thorax_box()
    values = (np.random.default_rng(1).random(plan.hu.shape) * 200).astype(kind)
    scan.write_volume(tmp_path / "deep" / "v.nii.gz", values, plan.grid)
    image = sitk.ReadImage(str(tmp_path / "deep" / "v.nii.gz"))
    assert np.array_equal(sitk.GetArrayFromImage(image), values)
    assert image.GetOrigin() == pytest.approx(tuple(plan.grid.affine[:3, 3]), abs=1e-4)


@pytest.mark.parametrize("kind", ["<i2", ">i2", "<u2", "<f4", ">f8", "|u1"])
@pytest.mark.parametrize("scaling", [(0.0, 0.0), (1.0, -1024.0), (0.5, 3.0), (1.015625, 0.0), (129.140625, -0.25)])
@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz"])
def test_numbers_and_scalings_read_as_itk_reads_them(
    tmp_path: Path, name: str, kind: str, scaling: tuple[float, float]
) -> None:
    codes = {"i2": (4, 16), "u2": (512, 16), "f4": (16, 32), "f8": (64, 64), "u1": (2, 8)}
    values = np.random.default_rng(5).integers(0, 250, (4, 5, 6)).astype(kind)
    order = ">" if kind[0] == ">" else "<"
    header = bytearray(352)
    struct.pack_into(f"{order}i", header, 0, 348)
    struct.pack_into(f"{order}8h", header, 40, 3, 6, 5, 4, 1, 1, 1, 1)
    struct.pack_into(f"{order}hh", header, 70, *codes[kind[1:]])
    struct.pack_into(f"{order}8f", header, 76, 1, 0.7, 0.8, 2.5, 0, 0, 0, 0)
    struct.pack_into(f"{order}fff", header, 108, 352, *scaling)
    struct.pack_into(f"{order}hh", header, 252, 0, 1)
    struct.pack_into(f"{order}12f", header, 280, *np.diag([0.7, 0.8, 2.5, 1.0])[:3].ravel())
    header[344:348] = b"n+1\0"
    content = bytes(header) + values.tobytes()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    theirs = np.rint(sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / name))))
    assert np.array_equal(scan.read(tmp_path / name).volume.hu, np.clip(theirs, AIR_HU, 32767))


def test_a_wrong_sum_of_check_is_damage(tmp_path: Path) -> None:
    """Eight bytes after the last voxel tell whether what was unpacked is what was packed (RFC 1952)."""
    plan = thorax_box((40, 64, 64))
    noise = np.random.default_rng(0).integers(-1000, 1000, plan.hu.shape).astype(np.int16)
    scan.write_volume(tmp_path / "v.nii.gz", noise, plan.grid)
    content = bytearray((tmp_path / "v.nii.gz").read_bytes())
    content[-6] ^= 0xFF
    (tmp_path / "v.nii.gz").write_bytes(bytes(content))
    with pytest.raises(scan.ScanError, match="cut off or damaged"):
        scan.read(tmp_path / "v.nii.gz")


def test_masks_beside_a_scan_are_no_scans(tmp_path: Path) -> None:
    plan = thorax_box()
    scan.write_volume(tmp_path / "chest.nii.gz", plan.hu, plan.grid)
    for name in ("masks/nodule.nii.gz", "organs.nii.gz"):
        scan.write_volume(tmp_path / name, (plan.hu > 0).astype(np.uint8), plan.grid)
    (found,) = scan.find_series(tmp_path)
    assert found.description == "chest.nii.gz"
    assert any("2 volumes were left out as masks" in notice.text for notice in found.notices)


def test_masks_alone_are_named_and_one_by_itself_still_opens(tmp_path: Path) -> None:
    plan = thorax_box()
    scan.write_volume(tmp_path / "organs.nii.gz", (plan.hu > 0).astype(np.uint8), plan.grid)
    with pytest.raises(scan.ScanError, match=r"only volumes of 8-bit voxels.*organs\.nii\.gz"):
        scan.find_series(tmp_path)
    (found,) = scan.find_series(tmp_path / "organs.nii.gz")
    assert found.shape == plan.grid.shape
