"""Organs as label maps on the source's slices: what the model saw, and the lungs, by density where it saw none."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import numpy as np
from highdicom import AlgorithmIdentificationSequence as Algorithm
from pydicom.sr.coding import Code as DicomCode

from ai.anatomy import find_lungs
from ai.anatomy.standard import resampled, standardised
from ai.findings import Analysis
from ai.organs import LOBES, ORGANS
from ai.progress import QUIET, Part, Progress
from ai.report.codes import site_of
from ai.report.dicom.concepts import ANATOMY
from ai.report.dicom.masks import Codes, on_slice
from ai.report.dicom.segmentation import Painted, algorithm_of_model, coded, segment_of
from ai.report.dicom.source import Source
from ai.volume import Volume, VoxelGrid

_MORPHOLOGICAL = DicomCode("123104", "DCM", "Morphological Operations")
_LUNGS = ("right_lung", "left_lung")
_LUNGS_MM = 2.0
"""Lungs are found at this spacing."""


def organ_maps(analysis: Analysis, volume: Volume, source: Source, progress: Progress = QUIET) -> dict[str, Painted]:
    """Return the label maps that there are: ``organs`` (lobes, heart, aorta), ``lungs`` (right and left).

    Lungs are all lobes of a side where the model sees lobes; else they are found by density, and the segments say so.
    """
    found: dict[str, Painted] = {}
    if analysis.organs is not None:
        model = algorithm_of_model(analysis.card)
        codes = _on_slices(analysis.organs.codes, analysis.organs.grid, source, progress)
        lungs = {number: _sides()[taken] for number, taken in codes.items() if _sides()[taken].any()}
        found = {"organs": _painted(codes, ORGANS, model), "lungs": _painted(lungs, _LUNGS, model)}
    else:
        progress.report(0.0, "Finding the lungs")
        hu, grid = resampled(*standardised(volume.hu, volume.grid), _LUNGS_MM)
        by_density = find_lungs(hu, grid, Part(progress, 0.1, 0.5))
        if by_density is not None:
            lungs = _on_slices(by_density.sides, by_density.grid, source, Part(progress, 0.5, 1.0))
            found = {"lungs": _painted(lungs, _LUNGS, _density())}
    return {name: painted for name, painted in found.items() if painted.pictures}


def _on_slices(codes: Codes, grid: VoxelGrid, source: Source, progress: Progress) -> dict[int, Codes]:
    found = {}
    for number, header in enumerate(source.slices):
        progress.report(number / len(source.slices), "Laying organs on the slices")
        taken = on_slice(codes, grid, header)
        if taken is not None:
            found[number] = taken
    return found


def _sides() -> Codes:
    """Return the table from an organ's code to 1 right lung, 2 left lung, 0 none."""
    table = np.zeros(256, np.uint8)
    for code, lobe in enumerate(LOBES, 1):
        table[code] = 1 if lobe.startswith("right") else 2
    return table


def _painted(pictures: dict[int, Codes], names: tuple[str, ...], algorithm: Algorithm) -> Painted:
    """Return the map of those organs that are there, labelled without gaps."""
    there = sorted({int(code) for picture in pictures.values() for code in np.unique(picture)} - {0})
    relabelled = np.zeros(256, np.uint8)
    descriptions = []
    for label, code in enumerate(there, 1):
        relabelled[code] = label
        name = names[code - 1]
        site = site_of(name)
        segment = segment_of(label, name.replace("_", " ").capitalize(), ANATOMY, site.structure, algorithm)
        if site.side is not None:
            kind = segment.SegmentedPropertyTypeCodeSequence[0]
            kind.SegmentedPropertyTypeModifierCodeSequence = [coded(site.side)]
        descriptions.append(segment)
    return Painted({number: relabelled[picture] for number, picture in pictures.items()}, tuple(descriptions))


def _density() -> Algorithm:
    try:
        written = version("interval")
    except PackageNotFoundError:
        written = "0"
    return Algorithm(name="Interval, lungs by density", family=_MORPHOLOGICAL, version=written)
