"""Small scans, findings and recording stand-ins for what is read and how it is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from ai.change import ChangeKind, Comparison, FindingChange, LesionChange, Registration
from ai.errors import IntervalError
from ai.findings import Analysis, Finding, Heatmap, Lesion, ModelCard, Peak, Thresholds, sigmoid
from ai.geometry import Index, PointMm
from ai.progress import Progress
from ai.series import FileWindow, Notice, Patient, Scan, Series, Study
from ai.vocabulary import abnormality
from ai.volume import AIR_HU, Volume, VoxelGrid, axis_aligned

FIRST_VOXEL = PointMm(-20.0, -15.0, -100.0)
CARD = ModelCard("stand-in", "0", "0" * 64, "nothing; a stand-in for tests", "Stand-in")


def grid_of(
    shape: tuple[int, int, int] = (12, 20, 24),
    spacing_mm: tuple[float, float, float] = (3.0, 2.0, 2.0),
    first: PointMm = FIRST_VOXEL,
) -> VoxelGrid:
    """Make a straight axial grid."""
    return axis_aligned(shape, spacing_mm, first)


def series_of(grid: VoxelGrid, uid: str = "1.2.3", taken_on: date | None = None, patient: str = "P1") -> Series:
    """Make a series whose headers fit the grid."""
    study = Study(uid=f"{uid}.0", taken_on=taken_on, patient=Patient(name="Test^Patient", identifier=patient))
    return Series(uid=uid, source=Path(f"/scans/{uid}"), study=study, description="Chest", shape=grid.shape)


def scan_of(grid: VoxelGrid | None = None, uid: str = "1.2.3", taken_on: date | None = None) -> Scan:
    """Make a scan of soft tissue in air: a block in the middle."""
    grid = grid or grid_of()
    hu = np.full(grid.shape, AIR_HU, dtype=np.int16)
    inner = tuple(slice(n // 4, n - n // 4) for n in grid.shape)
    hu[inner] = 40
    return Scan(Volume(hu, grid), series_of(grid, uid, taken_on))


def finding_of(name: str, logit: float, peak: PointMm, grid: VoxelGrid, bias: float = -4.0) -> Finding:
    """Make a finding whose heat sits in the voxel of ``peak`` and adds up to the logit."""
    values = np.zeros(grid.shape, dtype=np.float32)
    voxel = grid.nearest(peak)
    values[voxel if voxel is not None else (0, 0, 0)] = logit - bias
    heatmap = Heatmap(values, grid, bias)
    lesion = Lesion(abnormality(name), peak, (11.0, 9.0), 520.0, 20.0, "right_upper")
    peaks = (Peak(peak, logit - bias),)
    return Finding(abnormality(name), sigmoid(logit), 0.5, logit, heatmap, peaks, (lesion,))


def analysis_of(grid: VoxelGrid, **logits: float) -> Analysis:
    """Make an analysis; each abnormality peaks in another slice, a third of the way along rows and columns."""
    findings = []
    for n, (name, logit) in enumerate(logits.items()):
        at = grid.point(Index((n + 2) % grid.shape[0], grid.shape[1] // 3, grid.shape[2] // 3))
        findings.append(finding_of(name, logit, at, grid))
    ordered = sorted(findings, key=lambda f: -f.probability)
    return Analysis(tuple(ordered), CARD, "cpu", 0.1)


def with_settings(analysis: Analysis, sensitive: float = 0.2, specific: float = 0.8) -> Analysis:
    """Let every finding know three thresholds; the balanced one is its own."""
    return replace(
        analysis,
        findings=tuple(replace(f, thresholds=Thresholds(sensitive, f.threshold, specific)) for f in analysis.findings),
    )


def shift(left: float = 0.0, posterior: float = 0.0, superior: float = 0.0, quality: float = 0.95) -> Registration:
    """Make a registration that moves the prior by millimetres."""
    matrix = np.eye(4)
    matrix[:3, 3] = left, posterior, superior
    return Registration(matrix, quality)


def comparison_of(registration: Registration, prior: Analysis, current: Analysis) -> Comparison:
    """Compare two stand-in analyses by name."""
    changes, lesions = [], []
    for finding in current.findings:
        then = prior.finding(finding.abnormality.name)
        both = then is not None and then.present and finding.present
        kind = ChangeKind.GROWN if both else ChangeKind.NEW
        changes.append(FindingChange(finding.abnormality, then, finding, kind))
        for lesion in finding.lesions:
            earlier = then.lesions[0] if then is not None and both else None
            change = (0.5, 170.0) if both else (None, None)
            then_too = () if earlier is None else (earlier,)
            lesions.append(LesionChange(finding.abnormality, kind, then_too, (lesion,), *change))
    return Comparison(registration, tuple(lesions), tuple(changes), 90)


@dataclass
class StandInLoading:
    """Reads a scan slice by slice; ``gate`` holds the second half back until it is set."""

    scan: Scan
    gate: threading.Event | None = None
    looked_at: list[int] = field(default_factory=list)
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        self._array = np.full(self.scan.volume.hu.shape, AIR_HU, dtype=np.int16)
        self.volume = Volume(self._array, self.scan.volume.grid)
        self.series = self.scan.series
        self.notices = self.scan.notices

    def load(self, progress: Progress, look_first: Callable[[], int], arrived: Callable[[int], None]) -> Scan:
        """Read the slice nearest to where the reader looks among those missing."""
        missing = list(range(len(self._array)))
        while missing:
            if self.gate is not None and len(missing) == len(self._array) // 2:
                while not self.gate.wait(0.01):
                    progress.report(0.5, "Waiting at the gate")
            looked = look_first()
            self.looked_at.append(looked)
            index = min(missing, key=lambda n: abs(n - looked))
            missing.remove(index)
            self._array[index] = self.scan.volume.hu[index]
            arrived(index)
            progress.report(1 - len(missing) / len(self._array), "Reading slices")
        return Scan(self.volume, self.series, self.notices, self.scan.interpolated)


@dataclass
class Archive:
    """Scans by path, in place of ``ai.scan``."""

    scans: dict[Path, list[Scan]] = field(default_factory=dict)
    gate: threading.Event | None = None
    search_gate: threading.Event | None = None
    loadings: list[StandInLoading] = field(default_factory=list)
    error: Exception | None = None

    def find_series(
        self, path: Path, progress: Progress, so_far: Callable[[Sequence[Series]], None] = lambda found: None
    ) -> Sequence[Series]:
        """Return what lies under a path; raises ``error`` where it was given, and refuses a path it does not know.

        While ``search_gate`` is shut, tells all of it and goes on searching.
        """
        if self.error is not None:
            raise self.error
        if path not in self.scans:
            raise IntervalError(f"{path} holds no CT.")
        found = [scan.series for scan in self.scans[path]]
        if self.search_gate is not None:
            so_far(found)
            while not self.search_gate.wait(0.005):
                progress.report(0.0, f"Looking through {len(found)} files")
        return found

    def begin(self, series: Series) -> StandInLoading:
        """Begin to read; raises ``error`` where it was given."""
        if self.error is not None:
            raise self.error
        scan = next(s for scans in self.scans.values() for s in scans if s.series is series)
        loading = StandInLoading(scan, self.gate)
        self.loadings.append(loading)
        return loading


WINDOW = FileWindow(400.0, 40.0, "MEDIASTINUM")
