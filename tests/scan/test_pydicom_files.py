"""pydicom's own test files: each is shown as pydicom reads it, or refused with a sentence; the table says which.

Only files on disk are looked at: nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from ai import scan
from ai.scan.errors import HeaderFault
from ai.scan.headers import Header, pixel_format, read_header
from ai.scan.pixels import read_slice
from ai.scan.syntaxes import LOSSY
from ai.series import Scan, SliceHeader
from ai.volume import AIR_HU, MOST_HU

PACKAGES = {"pydicom": ("pydicom", "data"), "pydicom-data": ("data_store", "data")}
CODE = (".py", ".pyc", ".json")
TABLE = Path(__file__).with_name("pydicom_files.txt")


def folder_of(package: str) -> Path | None:
    """Where a package keeps its files; None where it is not installed."""
    module, *inside = PACKAGES[package]
    spec = importlib.util.find_spec(module)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent.joinpath(*inside)


def expected() -> dict[tuple[str, str], str]:
    """The table: what becomes of each file."""
    lines = [line.split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {(package, name): outcome for package, name, outcome in lines}


def on_disk() -> Iterator[tuple[str, str, Path]]:
    """Every file that is installed."""
    for package in PACKAGES:
        folder = folder_of(package)
        for path in sorted(folder.rglob("*")) if folder is not None else ():
            if path.is_file() and path.suffix not in CODE:
                yield package, path.relative_to(folder or path).as_posix(), path


FILES = {f"{package}: {name}": (package, name, path) for package, name, path in on_disk()}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table_names_files_that_are_there(package: str) -> None:
    if folder_of(package) is None:
        pytest.skip(f"{package} is not installed")
    there = {(package, name) for package, name, _ in FILES.values()}
    assert len(there & set(expected())) > 0.9 * len([key for key in expected() if key[0] == package])


@pytest.mark.parametrize("label", FILES)
def test_each_file_is_shown_right_or_refused(label: str, tmp_path: Path) -> None:
    package, name, path = FILES[label]
    alone = tmp_path / "alone" / path.name
    alone.parent.mkdir()
    shutil.copy(path, alone)
    outcome = expected().get((package, name), "")
    try:
        scans = [scan.begin(series).load() for series in scan.find_series(alone.parent)]
    except scan.ScanError as refusal:
        assert outcome.startswith("refused: ") or not outcome, refusal
        assert outcome.removeprefix("refused: ") in str(refusal)
        return
    assert outcome in ("shown", "")
    for one in scans:
        _same_as_pydicom(one)


def _same_as_pydicom(read: Scan) -> None:
    for slot, header in enumerate(read.series.slices):
        stored, dataset = _by_pydicom(header.path, header.frame)
        if stored is None:
            continue
        hu = np.clip(np.rint(stored * header.slope + header.intercept), AIR_HU, MOST_HU)
        hu[stored == dataset.get("PixelPaddingValue", np.nan)] = AIR_HU
        if "RescaleSlope" in dataset:
            assert (header.slope, header.intercept) == (dataset.RescaleSlope, dataset.RescaleIntercept)
        assert np.array_equal(read.volume.hu[slot], hu)


def _by_pydicom(path: Path, frame: int) -> tuple[np.ndarray | None, Dataset]:
    """Return one frame as pydicom decodes it, None where it does not."""
    with warnings.catch_warnings(), _silence():
        warnings.simplefilter("ignore")
        dataset = dcmread(path, force=True)
        try:
            pixels = dataset.pixel_array
        except (AttributeError, NotImplementedError, RuntimeError, ValueError):
            return None, dataset
    return (pixels[frame] if pixels.ndim == 3 else pixels).astype(np.float64), dataset


@contextmanager
def _silence() -> Iterator[None]:
    """Let pydicom say what it will of files that are damaged on purpose."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _grey(label: str) -> SliceHeader | None:
    """Return what decides the pixels of a grey picture of any modality; None where there is none that we read."""
    path = FILES[label][2]
    try:
        header = read_header(path)
        if header is None or header.elements.pixel_offset is None:
            return None
        allocated, bits, signed = pixel_format(header)
    except HeaderFault:
        return None
    return _as_slice(header, allocated, bits, signed)


def _as_slice(header: Header, allocated: int, bits: int, signed: bool) -> SliceHeader:
    return SliceHeader(
        path=header.path,
        frame=0,
        rows=header.short(0x00280010) or 0,
        columns=header.short(0x00280011) or 0,
        position_mm=(0.0, 0.0, 0.0),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        pixel_spacing_mm=(1.0, 1.0),
        bits_allocated=allocated,
        bits_stored=bits,
        signed=signed,
        transfer_syntax=header.elements.transfer_syntax,
        pixel_offset=header.elements.pixel_offset,
    )


@pytest.mark.parametrize("label", [label for label in FILES if _grey(label) is not None])
def test_grey_pictures_of_other_modalities_decode_as_in_pydicom(label: str) -> None:
    """No CT, but the same packings: what is refused for its modality still proves the decoders."""
    header = _grey(label)
    assert header is not None
    stored, _ = _by_pydicom(header.path, 0)
    if stored is None or stored.ndim != 2:
        pytest.skip("pydicom does not decode it to a grey picture")
    out = np.empty(stored.shape, np.int16)
    try:
        read_slice(header, out)
    except scan.PixelFault as fault:
        assert header.path.name in str(fault)
        return
    rounding = 1 if header.transfer_syntax in LOSSY else 0  # JPEG leaves the last digit to the decoder
    assert np.abs(out - np.clip(stored, AIR_HU, MOST_HU)).max() <= rounding
