"""Heatmaps read back from the parametric maps beside a scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ai.findings import Heatmap, ModelCard
from ai.geometry import Index
from ai.report.codes import OURS
from ai.report.dicom.concepts import EVIDENCE
from ai.report.dicom.content import first_code
from ai.report.dicom.objects import MAPS, is_ours, read_object
from ai.report.errors import ReportError
from ai.series import Scan
from ai.volume import GridError, VoxelGrid

_FLOAT = 0x7FE00008
_SUM = 1e-3
"""By how much bias and heat may miss the logit: more, and the map is of another reading."""
Values = NDArray[np.float32]
_FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError, GridError, ReportError)


class StoredMaps:
    """Opens the parametric maps of a scan's study once."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._paths = [one.path for one in scan.series.beside if one.sop_class == MAPS]
        self._made: list[Dataset] | None = None

    def of(self, name: str, bias: float, logit: float, card: ModelCard) -> Heatmap:
        """Return an abnormality's heatmap; where none is kept, one without heat on a single voxel.

        A map counts where it is by the same model and adds up to the logit.
        """
        for made in self._objects():
            try:
                if _name(made) == name and _by(made, card):
                    heatmap = Heatmap(*_upwards(_values(made), _grid(made)), bias)
                    if abs(heatmap.logit - logit) <= _SUM:
                        return heatmap
            except _FAULTS:
                continue
        return self.without_heat(logit)

    def without_heat(self, logit: float) -> Heatmap:
        """Return a heatmap without heat, on a single voxel."""
        spread = self._scan.volume.grid.divided((1, 1, 1))
        return Heatmap(np.zeros((1, 1, 1), np.float32), spread, logit)

    def _objects(self) -> list[Dataset]:
        if self._made is None:
            self._made = []
            for path in self._paths:
                try:
                    made = read_object(path)
                except ReportError:
                    continue
                if is_ours(made):
                    self._made.append(made)
        return self._made


def _by(made: Dataset, card: ModelCard) -> bool:
    versions = str(made.get("SoftwareVersions") or "")
    return str(made.get("ManufacturerModelName") or "") == card.identifier and versions == card.version


def _name(made: Dataset) -> str:
    """Return the abnormality whose evidence the pixels are; empty where they are something else."""
    group = made.SharedFunctionalGroupsSequence[0]
    mapping = group.RealWorldValueMappingSequence[0]
    for item in mapping.get("QuantityDefinitionSequence") or ():
        code = first_code(item, "ConceptCodeSequence")
        if code.scheme == OURS and code.value.startswith(EVIDENCE):
            return code.value.removeprefix(EVIDENCE)
    return ""


def _upwards(values: Values, grid: VoxelGrid) -> tuple[Values, VoxelGrid]:
    """Return a map whose slices go to the head, back or left, as the model's do; writers order frames freely."""
    along = grid.affine[:3, 0]
    if along[np.argmax(np.abs(along))] > 0:
        return values, grid
    affine = grid.affine.copy()
    affine[:3, 3] = grid.point(Index(grid.shape[0] - 1, 0, 0)).array()
    affine[:3, 0] = -along
    return np.ascontiguousarray(values[::-1]), VoxelGrid(grid.shape, affine)


def _values(made: Dataset) -> Values:
    shape = (int(made.NumberOfFrames), int(made.Rows), int(made.Columns))
    return np.frombuffer(made[_FLOAT].value, dtype="<f4").astype(np.float32).reshape(shape)


def _grid(made: Dataset) -> VoxelGrid:
    shared = made.SharedFunctionalGroupsSequence[0]
    places = [
        [float(v) for v in group.PlanePositionSequence[0].ImagePositionPatient]
        for group in made.PerFrameFunctionalGroupsSequence
    ]
    orientation = np.array([float(v) for v in shared.PlaneOrientationSequence[0].ImageOrientationPatient])
    measures = shared.PixelMeasuresSequence[0]
    spacing = [float(v) for v in measures.PixelSpacing]
    affine = np.eye(4)
    affine[:3, 1], affine[:3, 2] = orientation[3:] * spacing[0], orientation[:3] * spacing[1]
    normal = np.cross(orientation[:3], orientation[3:]) * float(measures.SliceThickness)
    count = len(places)
    affine[:3, 0] = (np.array(places[-1]) - places[0]) / (count - 1) if count > 1 else normal
    affine[:3, 3] = places[0]
    return VoxelGrid((count, int(made.Rows), int(made.Columns)), affine)
