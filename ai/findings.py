"""What was found: which abnormality, how sure, where, and which model says so."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.organs import Organs
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


class Composition(StrEnum):
    """What a lung nodule is made of (Fleischner Society glossary, 2008)."""

    SOLID = "solid"
    PART_SOLID = "part-solid"
    GROUND_GLASS = "ground-glass"


@dataclass(frozen=True, eq=False)
class Lesion:
    """One instance of a focal abnormality.

    ``mask`` is boolean on ``grid`` (a crop of the scan's own grid) or None where only the place is known.
    Diameters are (long, short) axis in the axial plane where the lesion is largest, millimetres.
    ``location`` is one of the vocabulary's locations ("right_upper", "left_lung" …). ``confidence`` is how sure the
    model is of this one instance, 0…1; NaN where it does not say. ``composition`` is None where it was not asked
    (outside the lung) or cannot be told (too small); ``solid_mm`` is the mean diameter of the solid part, 0 where there
    is none, NaN where not known. ``second_look`` is true where the program did not find the lesion by itself in this
    scan: it was looked for because the other scan shows it here.
    """

    abnormality: Abnormality
    centre: PointMm
    diameters_mm: tuple[float, float]
    volume_mm3: float
    mean_hu: float
    location: str
    mask: NDArray[np.bool_] | None = None
    grid: VoxelGrid | None = None
    confidence: float = math.nan
    composition: Composition | None = None
    solid_mm: float = math.nan
    second_look: bool = False

    @property
    def diameter_mm(self) -> float:
        """Mean of long and short axis (Fleischner 2017), millimetres."""
        return sum(self.diameters_mm) / 2

    @property
    def mass_mg(self) -> float:
        """Volume · (mean HU + 1000) / 1000, milligrams (de Hoop, Radiology 2010;255:199): 1 mm³ of water is 1 mg."""
        return self.volume_mm3 * (self.mean_hu + 1000) / 1000


class Setting(StrEnum):
    """How readily a finding is called present: the reader's choice."""

    SENSITIVE = "sensitive"
    BALANCED = "balanced"
    SPECIFIC = "specific"


NEVER = 1.0
"""Threshold of what a model was taught and has not learned: it is never called present."""


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which an abnormality is called present, one for each setting."""

    sensitive: float
    balanced: float
    specific: float

    @classmethod
    def one(cls, probability: float) -> Thresholds:
        """Return the same threshold for every setting: a model that knows only one."""
        return cls(probability, probability, probability)

    @classmethod
    def never(cls) -> Thresholds:
        """Return those of an abnormality that the model has not learned."""
        return cls.one(NEVER)

    def at(self, setting: Setting) -> float:
        """Return the threshold of a setting."""
        return {
            Setting.SENSITIVE: self.sensitive,
            Setting.BALANCED: self.balanced,
            Setting.SPECIFIC: self.specific,
        }[setting]

    @property
    def in_order(self) -> bool:
        """True where they are probabilities that do not fall from sensitive to specific."""
        steps = (0, self.sensitive, self.balanced, self.specific, 1)
        return all(isinstance(s, int | float) for s in steps) and all(a <= b for a, b in pairwise(steps))


@dataclass(frozen=True)
class Record:
    """How a model did with one abnormality on scans that it had not learned from; a figure is NaN where not known.

    Args:
        on: what scans these were.
        having, free: how many had it and had it not.
        auroc: area under the receiver operating characteristic.
        sensitivity, specificity: at the balanced setting.
    """

    on: str
    having: int
    free: int
    auroc: float = math.nan
    sensitivity: float = math.nan
    specificity: float = math.nan


@dataclass(frozen=True, eq=False)
class Finding:
    """One abnormality of one scan: said to be present where the probability reaches the threshold.

    ``threshold`` is that of the setting the reader chose; ``thresholds`` are those of all settings. ``extent`` is, for
    what spreads in the lungs, the share that shows evidence: (``lungs`` or a lobe, 0…1); empty where not known.
    ``records`` tell how well the model was found to recognise it. Where each instance was looked at closely, one whose
    confidence reaches ``instance_threshold`` makes the finding present as well, whatever all evidence together says;
    ``instance_thresholds`` are those of all settings.
    """

    abnormality: Abnormality
    probability: float
    threshold: float
    logit: float
    heatmap: Heatmap
    peaks: tuple[Peak, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    thresholds: Thresholds | None = None
    extent: tuple[tuple[str, float], ...] = ()
    records: tuple[Record, ...] = ()
    instance_threshold: float = NEVER
    instance_thresholds: Thresholds | None = None

    def at(self, setting: Setting) -> Finding:
        """Return the finding as another setting calls it; the same where the model knows one threshold only."""
        instances = self.instance_thresholds
        return replace(
            self,
            threshold=self.threshold if self.thresholds is None else self.thresholds.at(setting),
            instance_threshold=self.instance_threshold if instances is None else instances.at(setting),
        )

    @property
    def present(self) -> bool:
        """True where the probability, or an instance, reaches the threshold of something the model has learned."""
        return self.learned and (self.probability >= self.threshold or self.surely_seen)

    @property
    def surely_seen(self) -> bool:
        """True where an instance that was looked at closely is sure enough by itself."""
        bar = self.instance_threshold
        return bar < NEVER and any(lesion.confidence >= bar for lesion in self.lesions)

    @property
    def place(self) -> PointMm | None:
        """Where to look first: the strongest peak; the surest instance where that alone makes it present; else None."""
        if self.lesions and (not self.peaks or (self.surely_seen and self.probability < self.threshold)):
            return max(self.lesions, key=lambda lesion: (lesion.confidence > 0, lesion.confidence)).centre
        return max(self.peaks, key=lambda peak: peak.evidence).position if self.peaks else None

    @property
    def learned(self) -> bool:
        """False where the model's evidence was found to tell nothing: then nothing is said, neither yes nor no."""
        return self.threshold < NEVER


@dataclass(frozen=True)
class ModelCard:
    """Which model spoke: shown with every finding and written into every export."""

    identifier: str
    version: str
    sha256: str
    trained_on: str
    title: str = ""


@dataclass(frozen=True)
class Quantity:
    """One measure of the scan that needed no learning, or the reason why there is none.

    Args:
        name: unique in an analysis, for programs (``laa_950``).
        title: for people.
        value: in ``unit``; None where the scan does not allow it, ``caveat`` then says why.
        unit: ``%``, ``ml``, ``mm``, ``HU``, ``g``; empty for a ratio or a score.
        source: who defined it.
        caveat: what the reader must know to take the value for what it is.
        per_organ: the same measure of each organ's part, (name in ``ai.organs`` or ``right_lung``, ``left_lung``;
            value).
        decimals: how many are worth showing.
    """

    name: str
    title: str
    value: float | None
    unit: str
    source: str
    caveat: str = ""
    per_organ: tuple[tuple[str, float], ...] = ()
    decimals: int = 0

    def shown(self, value: float) -> str:
        """Return a value of this quantity as it is written: rounded, with its unit."""
        return f"{value:.{self.decimals}f} {self.unit}".rstrip()


@dataclass(frozen=True)
class Doubt:
    """Why a scan may not be what the model learned to read, in a sentence the reader sees.

    ``grave``: findings of such a scan would be guesses and are withheld. Otherwise they are shown with the sentence.
    """

    sentence: str
    grave: bool = False


@dataclass(frozen=True, eq=False)
class Analysis:
    """All that one model said of one scan: what is present first, then by probability over threshold.

    Of a scan in grave doubt the findings are withheld: there are none, and ``doubts`` say why.
    """

    findings: tuple[Finding, ...]
    card: ModelCard
    device: str
    seconds: float
    notices: tuple[Notice, ...] = field(default=())
    quantities: tuple[Quantity, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    organs: Organs | None = None

    @property
    def withheld(self) -> bool:
        """True where a grave doubt forbids to show findings."""
        return any(doubt.grave for doubt in self.doubts)

    def at(self, setting: Setting) -> Analysis:
        """Return the analysis as another setting calls it, in the order of findings of that setting."""
        return replace(self, findings=by_weight(f.at(setting) for f in self.findings))

    def finding(self, name: str) -> Finding | None:
        """Return the finding of that abnormality name, None if the model does not know it."""
        return next((f for f in self.findings if f.abnormality.name == name), None)


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort: what is present first, then by probability over threshold."""
    return tuple(sorted(findings, key=lambda f: (f.present, f.probability / max(f.threshold, 1e-6)), reverse=True))


def sigmoid(logit: float) -> float:
    """Logistic function, safe for large magnitudes."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    e = math.exp(logit)
    return e / (1.0 + e)
