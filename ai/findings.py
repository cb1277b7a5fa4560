"""What was found: which abnormality, how sure, where, and which model says so."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.series import Notice
from ai.vocabulary import Abnormality
from ai.volume import GridError, VoxelGrid


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Evidence for one abnormality, on the model's own grid.

    Args:
        values: float32, [slice, row, column]: the logit points each place contributed (HiResCAM, Draelos & Carin
            2020). They add up: ``bias + values.sum() == logit`` to 1e-4 where ``additive``.
        grid: where they lie; coarser than the scan's and never upsampled, the affine does it while drawing.
        bias: the logit of a scan in which nothing was found.
        additive: false for a model whose head is not linear; its heat is then a ranking, not a sum.
    """

    values: NDArray[np.float32]
    grid: VoxelGrid
    bias: float
    additive: bool = True

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise GridError(f"A heatmap of {self.values.shape} does not fit a grid of {self.grid.shape}.")
        view = self.values.view()
        view.setflags(write=False)
        object.__setattr__(self, "values", view)

    @property
    def logit(self) -> float:
        """bias + the sum of all evidence, summed in double precision."""
        return self.bias + float(self.values.sum(dtype=np.float64))


@dataclass(frozen=True)
class Peak:
    """A local maximum of a heatmap: where to look first."""

    position: PointMm
    evidence: float


@dataclass(frozen=True, eq=False)
class Lesion:
    """One instance of a focal abnormality.

    ``mask`` is boolean on ``grid`` (a crop of the scan's own grid) or None where only the place is known.
    Diameters are (long, short) axis in the axial plane where the lesion is largest, millimetres.
    ``location`` is one of the vocabulary's locations ("right_upper", "left_lung" …).
    """

    abnormality: Abnormality
    centre: PointMm
    diameters_mm: tuple[float, float]
    volume_mm3: float
    mean_hu: float
    location: str
    mask: NDArray[np.bool_] | None = None
    grid: VoxelGrid | None = None

    @property
    def diameter_mm(self) -> float:
        """Mean of long and short axis (Fleischner 2017), millimetres."""
        return sum(self.diameters_mm) / 2


@dataclass(frozen=True, eq=False)
class Finding:
    """One abnormality of one scan: said to be present where the probability reaches the threshold."""

    abnormality: Abnormality
    probability: float
    threshold: float
    logit: float
    heatmap: Heatmap
    peaks: tuple[Peak, ...] = ()
    lesions: tuple[Lesion, ...] = ()

    @property
    def present(self) -> bool:
        """True where the probability reaches the threshold."""
        return self.probability >= self.threshold


@dataclass(frozen=True)
class ModelCard:
    """Which model spoke: shown with every finding and written into every export."""

    identifier: str
    version: str
    sha256: str
    trained_on: str
    title: str = ""


@dataclass(frozen=True, eq=False)
class Analysis:
    """All that one model said of one scan: what is present first, then by probability over threshold."""

    findings: tuple[Finding, ...]
    card: ModelCard
    device: str
    seconds: float
    notices: tuple[Notice, ...] = field(default=())

    def finding(self, name: str) -> Finding | None:
        """Return the finding of that abnormality name, None if the model does not know it."""
        return next((f for f in self.findings if f.abnormality.name == name), None)


def sigmoid(logit: float) -> float:
    """Logistic function, safe for large magnitudes."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    e = math.exp(logit)
    return e / (1.0 + e)
