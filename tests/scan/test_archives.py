"""A ZIP archive is read as if it were a folder, and says what is wrong with it."""

from __future__ import annotations

import stat
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from ai import scan
from ai.scan import files
from ai.volume import AIR_HU
from tests.support import dicom_series as build
from tests.support.dicom_series import Form, Plan, thorax_box, write_series

OTHER = "1.2.826.0.1.3680043.8.498.77"
SYNTAXES = (build.EXPLICIT, build.BIG_ENDIAN, build.DEFLATED, build.RLE, build.JPEG_LOSSLESS, build.JPEG_2000)


def packed(folder: Path, archive: Path, kind: int = ZIP_DEFLATED) -> Path:
    """Pack a folder as a hospital's export does: with folders, and with another system's leavings."""
    with ZipFile(archive, "w", kind) as pack:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            pack.write(path, Path("export") / path.relative_to(folder))
        pack.writestr("__MACOSX/export/._IM0001.dcm", b"resource fork")
        pack.writestr("export/.hidden", b"hidden")
    return archive


def flagged(archive: Path, flag: int, method: int | None = None) -> None:
    """Set a general purpose flag, and perhaps another method, of every member (APPNOTE 4.4.4, 4.4.5)."""
    content = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at] |= flag
            if method is not None:
                content[start + at + 2] = method
            start = content.find(mark, start + 4)
    archive.write_bytes(bytes(content))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("kind", [ZIP_DEFLATED, ZIP_STORED])
def test_an_archive_reads_as_its_folder(tmp_path: Path, syntax: str, kind: int) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(syntax))
    write_series(tmp_path / "in", plan)
    archive = packed(tmp_path / "in", tmp_path / "scan.zip", kind)
    read = scan.read(archive)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert np.allclose(read.volume.grid.affine, plan.grid.affine, atol=1e-4)
    assert not read.notices
    assert read.series.source == archive


def test_a_folder_may_hold_archives_beside_files(tmp_path: Path) -> None:
    plan = thorax_box()
    write_series(tmp_path / "in", plan)
    (tmp_path / "all").mkdir()
    packed(tmp_path / "in", tmp_path / "all" / "one.zip")
    write_series(tmp_path / "all" / "loose", Plan(plan.hu, plan.grid, uid=OTHER, number=2))
    assert [s.number for s in scan.find_series(tmp_path / "all")] == [1, 2]


def test_a_volume_in_an_archive_is_read(tmp_path: Path) -> None:
    plan = thorax_box()
    for name in ("scan.nii.gz", "scan.mhd"):
        scan.write_volume(tmp_path / "in" / name, plan.hu, plan.grid)
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    found = scan.find_series(archive)
    assert [s.description for s in found] == ["scan.mhd", "scan.nii.gz"]
    for series in found:
        read = scan.read(series)
        assert np.array_equal(read.volume.hu, plan.hu)
        assert np.allclose(read.volume.grid.affine, plan.grid.affine, atol=1e-4)
    alone = scan.find_series(archive / "export" / "scan.nii.gz")
    assert alone[0].shape == plan.grid.shape


def test_a_member_stands_for_its_series(tmp_path: Path) -> None:
    write_series(tmp_path / "in" / "a", thorax_box())
    write_series(tmp_path / "in" / "b", Plan(thorax_box().hu, thorax_box().grid, uid=OTHER))
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    (series,) = scan.find_series(archive / "export" / "b" / "IM0003.dcm")
    assert series.uid == OTHER
    assert series.shape[0] == 9


def test_a_large_member_is_unpacked_once_where_only_this_user_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGE_BYTES", 1000)
    plan = thorax_box()
    write_series(tmp_path / "in", plan)
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    (series,) = scan.find_series(archive)
    assert np.array_equal(scan.read(series).volume.hu, plan.hu)
    first = files.on_disk(series.slices[0].path)
    assert first == files.on_disk(series.slices[0].path)
    assert first.is_file()
    private = next(p for p in first.parents if p.name.startswith("interval-"))
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_locked_archive_says_so(tmp_path: Path) -> None:
    write_series(tmp_path / "in", thorax_box())
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    flagged(archive, 1)
    with pytest.raises(scan.ScanError, match=r"IM0001.dcm is locked with a password. Unpack the archive"):
        scan.find_series(archive)


def test_a_method_nobody_here_unpacks_is_refused(tmp_path: Path) -> None:
    write_series(tmp_path / "in", thorax_box())
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    flagged(archive, 0, method=9)
    with pytest.raises(scan.ScanError, match=r"damaged inside its ZIP archive"):
        scan.find_series(archive)


def test_an_archive_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scan.zip").write_bytes(b"this is no archive")
    with pytest.raises(scan.ScanError, match=r"scan.zip is no ZIP archive or is damaged. Copy or pack it again"):
        scan.find_series(tmp_path / "scan.zip")
    write_series(tmp_path / "scan", thorax_box())
    notices = scan.find_series(tmp_path)[0].notices
    assert any("scan.zip is no ZIP archive" in notice.text and notice.grave for notice in notices)


def test_a_slice_damaged_inside_an_archive_is_filled_in_and_told(tmp_path: Path) -> None:
    """Its sum of check is wrong: what comes out of it is not what went in."""
    plan = thorax_box()
    write_series(tmp_path / "in", plan)
    archive = packed(tmp_path / "in", tmp_path / "scan.zip", ZIP_STORED)
    (series,) = scan.find_series(archive)
    content = bytearray(archive.read_bytes())
    with ZipFile(archive) as pack:
        info = pack.getinfo("export/IM0005.dcm")
        end = info.header_offset + info.compress_size
    content[end - 50] ^= 0xFF
    archive.write_bytes(bytes(content))
    read = scan.read(series)
    assert read.interpolated == {4}
    assert any("IM0005.dcm is damaged inside its ZIP archive" in notice.text for notice in read.notices)
    assert np.array_equal(np.delete(read.volume.hu, 4, 0), np.delete(plan.hu, 4, 0))
    assert int(read.volume.hu[4].min()) > AIR_HU


def test_an_archive_in_an_archive_is_named_and_left_out(tmp_path: Path) -> None:
    write_series(tmp_path / "in", thorax_box())
    packed(tmp_path / "in", tmp_path / "in" / "inner.zip")
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    (series,) = scan.find_series(archive)
    assert any("first: inner.zip" in notice.text for notice in series.notices)


def test_what_is_not_in_the_archive_does_not_exist(tmp_path: Path) -> None:
    write_series(tmp_path / "in", thorax_box())
    archive = packed(tmp_path / "in", tmp_path / "scan.zip")
    with pytest.raises(scan.ScanError, match=r"does not exist"):
        scan.find_series(archive / "export" / "IM9999.dcm")
    assert not files.in_archive(archive / "export" / "IM9999.dcm")
    assert files.in_archive(archive / "export" / "IM0001.dcm")


def test_a_name_that_leads_out_of_the_archive_stays_in_it(tmp_path: Path) -> None:
    write_series(tmp_path / "in", thorax_box())
    with ZipFile(tmp_path / "scan.zip", "w") as pack:
        for path in (tmp_path / "in").iterdir():
            pack.write(path, f"../../{path.name}")
    (series,) = scan.find_series(tmp_path / "scan.zip")
    assert {header.path.parent for header in series.slices} == {tmp_path / "scan.zip"}
