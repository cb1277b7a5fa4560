"""Other readers of a folder of slices, each up to a volume of Hounsfield units ordered by position."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray
from pydicom import dcmread

Volume = NDArray[Any]
THREADS = 2


def by_simpleitk(folder: Path) -> Volume:
    """Read as SimpleITK's own examples do."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return np.asarray(sitk.GetArrayFromImage(reader.Execute()))


def by_pydicom(folder: Path) -> Volume:
    """Read as pydicom's own examples do: headers, sorted by position, rescaled slice by slice."""
    slices = sorted((dcmread(path) for path in folder.iterdir()), key=lambda ds: float(ds.ImagePositionPatient[2]))
    hu = np.empty((len(slices), slices[0].Rows, slices[0].Columns), np.int16)
    for slot, ds in enumerate(slices):
        hu[slot] = ds.pixel_array.astype(np.int16, copy=False) * int(ds.RescaleSlope) + int(ds.RescaleIntercept)
    return hu


def by_dicomsdl(folder: Path) -> Volume:
    """Read with two threads, each slice straight into the array."""
    import dicomsdl  # noqa: PLC0415  a package that not everybody has

    def header(path: Path) -> tuple[float, Any]:
        ds = dicomsdl.open(str(path))
        return float(ds.ImagePositionPatient[2]), ds

    with ThreadPoolExecutor(THREADS) as readers:
        slices = [ds for _, ds in sorted(readers.map(header, folder.iterdir()), key=lambda found: found[0])]
        hu = np.empty((len(slices), slices[0].Rows, slices[0].Columns), np.int16)

        def fill(slot: int) -> None:
            ds = slices[slot]
            ds.copyFrameData(0, hu[slot])
            if ds.RescaleSlope != 1 or ds.RescaleIntercept != 0:
                hu[slot] = hu[slot] * int(ds.RescaleSlope) + int(ds.RescaleIntercept)

        list(readers.map(fill, range(len(slices))))
    return hu


def by_dcm2niix(folder: Path) -> Volume:
    """Convert to NIfTI; its voxels are not read again, which only favours it."""
    import dcm2niix  # noqa: PLC0415  a package that not everybody has

    with tempfile.TemporaryDirectory() as out:
        command = [dcm2niix.bin, "-z", "n", "-b", "n", "-f", "volume", "-o", out, str(folder)]
        subprocess.run(command, capture_output=True, check=True)
        (path,) = Path(out).glob("*.nii")
        return np.empty(path.stat().st_size)


PEERS: dict[str, tuple[str, Callable[[Path], Volume]]] = {
    "SimpleITK": ("SimpleITK", by_simpleitk),
    "pydicom": ("pydicom", by_pydicom),
    "dicomsdl, 2 threads": ("dicomsdl", by_dicomsdl),
    "dcm2niix": ("dcm2niix", by_dcm2niix),
}


def installed_peers() -> dict[str, Callable[[Path], Volume]]:
    """Return the readers that are installed."""
    return {name: read for name, (module, read) in PEERS.items() if importlib.util.find_spec(module) is not None}
