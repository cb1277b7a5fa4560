"""A picture as it was shown, as a secondary capture (PS3.3 A.8): RGB, as the reader saw it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from ai.report.dicom.concepts import MANUFACTURER
from ai.report.dicom.source import Source
from ai.report.errors import ReportError


def write_key_picture(path: Path, source: Source, series_uid: str, number: int, instance: int) -> Dataset:
    """Return a PNG file as a secondary capture.

    Corner texts may name the patient: the object says so (BurnedInAnnotation), unless the export is anonymous, whose
    pictures are drawn without them.

    Raises:
        ReportError: the picture cannot be read.
    """
    made = SCImage.from_ref_dataset(
        source.head,
        pixel_array=_pixels(path),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        series_instance_uid=series_uid,
        series_number=number,
        sop_instance_uid=source.uids.new(),
        instance_number=instance,
        manufacturer=MANUFACTURER,
        patient_orientation=("L", "P"),
        transfer_syntax_uid=RLELossless,
    )
    made["PatientOrientation"].value = None  # the picture itself carries the letters; it may show any plane
    made.SeriesDescription = "Interval: pictures (research use only)"
    made.ImageComments = path.stem.replace("-", " ").replace("_", " ").capitalize()
    made.BurnedInAnnotation = "NO" if source.uids.anonymous else "YES"
    made.ConversionType = "WSD"
    return made


def _pixels(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.uint8)
    except (OSError, UnidentifiedImageError) as cause:
        raise ReportError(f"The picture {path} could not be read for the DICOM export.") from cause
