"""Other readers of volume files than ours, which is ITK: nibabel, pynrrd, and MetaImage by hand."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import nibabel
import nrrd
import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix

Values = NDArray[np.float64]
FAULTS = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    MemoryError,
    EOFError,
    OSError,
    zlib.error,
    nrrd.NRRDError,
    nibabel.filebasedimages.ImageFileError,
    nibabel.spatialimages.HeaderDataError,
)
_META_TYPES = {"MET_SHORT": "<i2", "MET_USHORT": "<u2", "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_INT": "<i4"}


def read_otherwise(path: Path) -> tuple[Values, Matrix]:
    """Return values [k, j, i] and (k, j, i) → LPS mm; raises one of FAULTS where the reader gives up."""
    if path.name.endswith((".nii", ".nii.gz")):
        return _by_nibabel(path)
    return _by_pynrrd(path) if path.name.endswith(".nrrd") else _by_hand(path)


def _by_nibabel(path: Path) -> tuple[Values, Matrix]:
    image = nibabel.nifti1.Nifti1Image.from_filename(path)
    return np.asarray(image.get_fdata(), dtype=np.float64).T, (np.diag([-1.0, -1, 1, 1]) @ image.affine)[
        :, [2, 1, 0, 3]
    ]


def _by_pynrrd(path: Path) -> tuple[Values, Matrix]:
    values, header = nrrd.read(str(path))
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(header["space directions"])[::-1].T
    affine[:3, 3] = header["space origin"]
    signs = {"left-posterior-superior": (1, 1, 1), "right-anterior-superior": (-1, -1, 1)}[header["space"]]
    affine[:3] *= np.array(signs)[:, None]
    return np.asarray(values, dtype=np.float64).T, affine


def _by_hand(path: Path) -> tuple[Values, Matrix]:
    head, _, rest = path.read_bytes().partition(b"ElementDataFile = ")
    place, _, voxels = rest.partition(b"\n")
    fields = dict(re.findall(r"(\w+) = (.*)", head.decode("latin-1")))
    raw = voxels if place == b"LOCAL" else (path.parent / place.decode("latin-1")).read_bytes()
    if fields.get("CompressedData") == "True":
        raw = zlib.decompress(raw)
    size = [int(n) for n in fields["DimSize"].split()]
    dtype = np.dtype(_META_TYPES[fields["ElementType"]])
    if fields.get("BinaryDataByteOrderMSB") == "True":
        dtype = dtype.newbyteorder(">")
    matrix = np.array([float(n) for n in fields["TransformMatrix"].split()]).reshape(3, 3).T
    affine = np.eye(4)
    affine[:3, :3] = (matrix * [float(n) for n in fields["ElementSpacing"].split()])[:, ::-1]
    affine[:3, 3] = [float(n) for n in fields["Offset"].split()]
    return np.frombuffer(raw, dtype).astype(np.float64).reshape(size[::-1]), affine
