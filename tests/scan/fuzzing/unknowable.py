"""What no reader can know to be wrong, kept narrow.

Two things only. Bytes inside the pixels: nothing in DICOM or NIfTI guards them. And a header that says, in every file
alike, another plausible value than before: it is then the truth, and is checked against an independent reader.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.errors import InvalidDicomError

from ai.geometry import Matrix
from ai.series import Scan
from ai.volume import AIR_HU, MOST_HU
from tests.scan.fuzzing.layout import layout
from tests.scan.fuzzing.mutants import Mutant
from tests.scan.fuzzing.other_readers import FAULTS, read_otherwise
from tests.scan.fuzzing.tag_damage import uid_element
from tests.support.dicom_series import EXPLICIT, IMPLICIT, JPEG_2000, JPEG_LOSSLESS, JPEG_LOSSLESS_14, JPEG_LS
from tests.support.well_formed import LOSSLESS

_PLAUSIBLE = {
    "RescaleSlope": (0.0001, 100.0),
    "RescaleIntercept": (0.0, 65536.0),
    "PixelSpacing": (0.02, 10.0),
    "ImagePositionPatient": (0.0, 10000.0),
    "ImageOrientationPatient": (0.0, 1.0),
    "PixelPaddingValue": (0, 65535),
    "PixelRepresentation": (0, 1),
    "BitsAllocated": (8, 16),
    "BitsStored": (1, 16),
    "Rows": (1, 65535),
    "Columns": (1, 65535),
}
"""What decides the picture, and the magnitudes that a scanner may write."""
_SILENT = {"BitsAllocated": 16, "RescaleSlope": 1}
_ROUNDED = {"ImagePositionPatient": 0.3, "ImageOrientationPatient": 1e-3, "PixelSpacing": 1e-3}
"""By how much a header may say otherwise and mean the same."""
_FRAME_PLACES = (
    ("PixelMeasuresSequence", "PixelSpacing"),
    ("PlanePositionSequence", "ImagePositionPatient"),
    ("PlaneOrientationSequence", "ImageOrientationPatient"),
    ("PixelValueTransformationSequence", "RescaleSlope"),
    ("PixelValueTransformationSequence", "RescaleIntercept"),
)
_FRAME_KEYWORDS = frozenset(keyword for _, keyword in _FRAME_PLACES)
_FAULTS = (
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidDicomError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def only_pixels_changed(mutant: Mutant, shown: set[str]) -> bool:
    """Tell whether in the files shown nothing that decides the picture changed but bytes inside the pixels."""
    if not shown <= set(mutant.sample.files):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return all(_same_header(mutant, name) for name in shown)
        except _FAULTS:
            return False


def _same_header(mutant: Mutant, name: str) -> bool:
    whole, damaged = mutant.sample.files[name], mutant.files[name]
    if mutant.sample.is_dicom:
        before, after = dcmread(BytesIO(whole)), dcmread(BytesIO(_with_meta_of(whole, damaged)))
        return _syntax(before) == _syntax(after) and not _changed(before, after)
    return (name.endswith(".raw") and len(whole) == len(damaged)) or whole == damaged


def _with_meta_of(whole: bytes, damaged: bytes) -> bytes:
    """Put the file meta right where it is damaged and does not name another syntax: pydicom stumbles, we need not."""
    found = layout(whole)
    start = len(found.before)
    same_begin = damaged[start : start + 8] == whole[start : start + 8]
    renamed = any(uid_element(other) in damaged[:start] for other in LOSSLESS if other != found.syntax)
    return found.before + damaged[start:] if same_begin and not renamed else damaged


def as_the_files_say(mutant: Mutant, read: Scan) -> bool:
    """Tell whether all files alike now say something else, plausible, and it is shown as another reader reads it."""
    if mutant.sample.is_dicom:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return _series_says(mutant, read)
            except _FAULTS:
                return False
    return _volume_says(mutant, read)


def _volume_says(mutant: Mutant, read: Scan) -> bool:
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, whole in mutant.files.items():
            Path(folder, name).write_bytes(whole)
        try:
            values, affine = read_otherwise(Path(folder, mutant.sample.opened))
        except FAULTS:
            return False
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if values.shape != read.volume.hu.shape or (spacing < 0.02).any() or (spacing > 50).any():
        return False
    far = np.array([[0, 0, 0, 1], [*values.shape, 1]]) @ (affine - read.volume.grid.affine).T
    same_place = np.abs(far).max() < 0.3 and np.abs(affine[:3, 3]).max() < 1e4
    hu = np.clip(np.rint(np.nan_to_num(values, nan=AIR_HU)), AIR_HU, MOST_HU)
    return bool(same_place and np.array_equal(read.volume.hu, hu))


def _series_says(mutant: Mutant, read: Scan) -> bool:
    shown = [(header.path.name, header.frame) for header in read.series.slices]
    names = {name for name, _ in shown}
    if not names <= set(mutant.sample.files):
        return False
    before = {name: _pictures(mutant.sample.files[name]) for name in names}
    after = {name: _pictures(_with_meta_of(mutant.sample.files[name], mutant.files[name])) for name in names}
    changes = {_changed(before[name][frame], after[name][frame]) for name, frame in shown}
    if len(changes) > 1 or not all(_plausible(after[name][frame]) for name, frame in shown):
        return False
    return all(_shown(after[name][frame], read, slot) for slot, (name, frame) in enumerate(shown))


def _pictures(whole: bytes) -> list[Dataset]:
    """Return a file's pictures as if each were a file of its own; enhanced CT holds many."""
    dataset = dcmread(BytesIO(whole))
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        return [dataset]
    said, count = _frames(dataset), len(dataset.PerFrameFunctionalGroupsSequence)
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        pixels = [encapsulate([frame]) for frame in generate_frames(dataset.PixelData, number_of_frames=count)]
    else:
        size = dataset.Rows * dataset.Columns * dataset.BitsAllocated // 8
        pixels = [dataset.PixelData[n * size : (n + 1) * size] for n in range(count)]
    return [_single(dataset, values, own) for values, own in zip(said, pixels, strict=True)]


def _single(dataset: Dataset, said: dict[str, object], pixels: bytes) -> Dataset:
    single = Dataset()
    single.file_meta = dataset.file_meta
    for keyword in (*_PLAUSIBLE, "SamplesPerPixel", "PhotometricInterpretation"):
        if keyword in dataset:
            single[keyword] = dataset[keyword]
    for keyword, value in said.items():
        setattr(single, keyword, value)
    single.PixelData = pixels
    return single


def _syntax(dataset: Dataset) -> str:
    """Return the transfer syntax; a header that does not say is read as it looks, which is uncompressed."""
    return str(dataset.file_meta.get("TransferSyntaxUID", "")).replace(IMPLICIT, "").replace(EXPLICIT, "")


def _changed(before: Dataset, after: Dataset) -> frozenset[str]:
    enhanced = "PerFrameFunctionalGroupsSequence" in before
    keywords = [keyword for keyword in _PLAUSIBLE if not (enhanced and keyword in _FRAME_KEYWORDS)]
    changed = {keyword for keyword in keywords if not _same(keyword, _said(before, keyword), _said(after, keyword))}
    if enhanced:
        both = zip(_frames(before), _frames(after), strict=True)
        changed |= {key for one, other in both for key in one if not _same(key, one[key], other[key])}
    return frozenset(changed)


def _said(dataset: Dataset, keyword: str) -> object:
    return dataset.get(keyword, _SILENT.get(keyword))


def _same(keyword: str, one: object, other: object) -> bool:
    if keyword not in _ROUNDED or one is None or other is None:
        return one == other
    a, b = np.array(one, dtype=np.float64), np.array(other, dtype=np.float64)
    if keyword == "ImageOrientationPatient" and a.shape == b.shape == (6,):  # only directions count, not lengths
        a, b = (v.reshape(2, 3) / np.linalg.norm(v.reshape(2, 3), axis=1, keepdims=True) for v in (a, b))
    return a.shape == b.shape and bool(np.abs(a - b).max() <= _ROUNDED[keyword])


def _frames(dataset: Dataset) -> list[dict[str, object]]:
    """Return what enhanced CT says of each frame, its own groups before the shared ones."""
    shared = dataset.SharedFunctionalGroupsSequence[0]
    return [
        {
            keyword: (group[sequence] if sequence in group else shared[sequence]).value[0].get(keyword)
            for sequence, keyword in _FRAME_PLACES
        }
        for group in dataset.PerFrameFunctionalGroupsSequence
    ]


def _plausible(dataset: Dataset) -> bool:
    for keyword, (least, most) in _PLAUSIBLE.items():
        if dataset.get(keyword) is None:
            continue
        values = np.abs(np.atleast_1d(np.array(dataset.get(keyword), dtype=np.float64)))
        if not np.isfinite(values).all() or values.max() > most or values.min() < least:
            return False
    return True


def _shown(dataset: Dataset, read: Scan, slot: int) -> bool:
    """Compare a slice's place and Hounsfield units with pydicom's."""
    if not np.array_equal(read.volume.hu[slot], _hu(dataset)):
        return False
    row, column = np.array(dataset.ImageOrientationPatient, dtype=np.float64).reshape(2, 3)
    down, right = (float(v) for v in dataset.PixelSpacing)
    far = (
        np.array(dataset.ImagePositionPatient)
        + row * right * (dataset.Columns - 1)
        + column * down * (dataset.Rows - 1)
    )
    ours: Matrix = read.volume.grid.points_mm(np.array([[slot, dataset.Rows - 1, dataset.Columns - 1]], np.float64))
    return bool(np.abs(ours[0] - far).max() < 0.3)


def _hu(dataset: Dataset) -> NDArray[np.int16]:
    stored = _stored(dataset).astype(np.float64)
    hu = stored * float(dataset.get("RescaleSlope", 1) or 1) + float(dataset.get("RescaleIntercept", 0) or 0)
    hu = np.clip(np.rint(hu), AIR_HU, MOST_HU)
    padding = dataset.get("PixelPaddingValue")
    return np.where(stored == padding, AIR_HU, hu).astype(np.int16)


def _stored(dataset: Dataset) -> NDArray[np.generic]:
    """Return stored values; where pydicom has no decoder of its own, by imagecodecs, read as the header says."""
    decoder = _DECODERS.get(str(dataset.file_meta.TransferSyntaxUID))
    if decoder is None:
        return np.asarray(dataset.pixel_array)
    raw = np.asarray(decoder(next(generate_frames(dataset.PixelData, number_of_frames=1)))).astype(np.int64)
    raw &= (1 << dataset.BitsStored) - 1
    return np.where(raw >> dataset.BitsStored - 1 & dataset.PixelRepresentation, raw - (1 << dataset.BitsStored), raw)


_DECODERS = {
    JPEG_LOSSLESS: imagecodecs.jpeg8_decode,
    JPEG_LOSSLESS_14: imagecodecs.jpeg8_decode,
    JPEG_LS: imagecodecs.jpegls_decode,
    JPEG_2000: imagecodecs.jpeg2k_decode,
}
