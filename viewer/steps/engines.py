"""What the steps ask of ``ai``, as callables a test can replace.

The imports stand inside the functions because they run in a job's thread: importing torch or SimpleITK costs seconds
that the window must not wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ai.advice import Told
from ai.change import ChangeMap, Comparison, Registration
from ai.discrepancy import Discrepancy, ReadingToCheck
from ai.draft import Draft, Language, ReadingToDraft
from ai.findings import Analysis, Heatmap
from ai.progress import Progress
from ai.series import Notice, Scan, Series
from ai.session import JudgedChange, WrittenReport
from ai.timeline import OlderStudy, Timeline
from ai.volume import Layered, Volume, VoxelGrid
from viewer.mpr.plane import Plane
from viewer.mpr.slice_axis import slice_axis
from viewer.state.model_choice import OfferedModel


class Loading(Protocol):
    """A scan whose voxels are being read; see ``ai.scan``."""

    @property
    def series(self) -> Series:
        """What is read."""

    @property
    def volume(self) -> Volume:
        """The array being filled."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader must know already."""

    def load(self, progress: Progress, look_first: Callable[[], int], arrived: Callable[[int], None]) -> Scan:
        """Read everything, the slice nearest to ``look_first()`` first; ``arrived`` is told from any thread."""


class Earlier(Protocol):
    """What an earlier reading of a scan left beside it; see ``ai.report``."""

    @property
    def analysis(self) -> Analysis | None:
        """What it handed on; None where there is none."""

    @property
    def verdicts(self) -> Mapping[str, str]:
        """What its reader said, by abnormality: ``accepted`` or ``rejected``."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was read back, and what else lies there."""

    @property
    def changes(self) -> tuple[JudgedChange, ...]:
        """What its reader said of changes."""

    @property
    def written(self) -> WrittenReport | None:
        """The report as its reader left it."""


SoFar = Callable[[Sequence[Series]], None]
"""Told what a search has found so far, from the searching thread."""
FindSeries = Callable[[Path, Progress, SoFar], Sequence[Series]]
DrawThumbnail = Callable[[Series], NDArray[np.uint8]]
Begin = Callable[[Series], Loading]
Analyse = Callable[[Volume, Progress], Analysis]
AnalyseWith = Callable[[Path, Volume, Progress], Analysis]
FindModels = Callable[[Progress], Sequence[OfferedModel]]
OpenModel = Callable[[Path, Progress], OfferedModel]
Restore = Callable[[Scan, Progress], Earlier | None]
Register = Callable[[Volume, Volume, Progress], Registration]
Deform = Callable[[Volume, Volume, Registration, Progress], Registration]
Compare = Callable[[Scan, Analysis, Scan, Analysis, Registration, Progress], Comparison]
AdviseAnew = Callable[[Comparison, Scan, Scan, Told], Comparison]
MapChange = Callable[[Volume, Volume, Registration, Progress], ChangeMap]
MapHeatChange = Callable[[Heatmap, Heatmap, Registration], ChangeMap]
KeepOlder = Callable[[Scan, Analysis, Scan, Analysis, Registration, Progress], OlderStudy]
DrawLines = Callable[[Scan, Analysis, Sequence[OlderStudy]], Timeline]
WarpPrior = Callable[[Volume, VoxelGrid, Registration, Progress], Layered]
DraftReport = Callable[[ReadingToDraft, Language], Draft]
CheckReport = Callable[[str, ReadingToCheck, Language], tuple[Discrepancy, ...]]


def find_series(path: Path, progress: Progress, so_far: SoFar) -> Sequence[Series]:
    """Ask ``ai.scan`` what lies under a path."""
    from ai import scan  # noqa: PLC0415

    return scan.find_series(path, progress, so_far)


def thumbnail(series: Series) -> NDArray[np.uint8]:
    """Ask ``ai.scan`` for a small grey picture of a series."""
    from ai import scan  # noqa: PLC0415

    return scan.thumbnail(series)


def begin(series: Series) -> Loading:
    """Ask ``ai.scan`` to open a series."""
    from ai import scan  # noqa: PLC0415

    return scan.begin(series)


def analyse(volume: Volume, progress: Progress) -> Analysis:
    """Ask ``ai.model`` what there is, with the shipped model; of a scan in grave doubt only why nothing is said."""
    progress.report(0.0, "Waking the model")
    from ai import model  # noqa: PLC0415
    from ai.model.withholding import analyse_or_withhold  # noqa: PLC0415

    return analyse_or_withhold(volume, model.load_bundle(), "auto", progress)


def analyse_with(folder: Path, volume: Volume, progress: Progress) -> Analysis:
    """Ask ``ai.model`` what there is, with the model of a bundle's folder."""
    progress.report(0.0, "Waking the model")
    from ai import model  # noqa: PLC0415
    from ai.model.withholding import analyse_or_withhold  # noqa: PLC0415

    return analyse_or_withhold(volume, model.load_bundle(folder), "auto", progress)


def find_models(progress: Progress) -> Sequence[OfferedModel]:
    """Ask ``ai.model`` which bundles come with the program; one that cannot be opened is not offered."""
    progress.report(0.0, "Looking for models")
    from ai import model  # noqa: PLC0415
    from ai.model.bundle import bundles_beside  # noqa: PLC0415

    found = []
    for folder in bundles_beside():
        try:
            found.append(open_model(folder, progress))
        except model.ModelError:
            continue
    return found


def open_model(folder: Path, progress: Progress) -> OfferedModel:
    """Ask ``ai.model`` to open a bundle, and return what it says of itself."""
    progress.report(0.0, "Opening the model")
    from ai import model  # noqa: PLC0415
    from ai.model.bundle import SHIPPED  # noqa: PLC0415

    card = model.load_bundle(folder).card
    return OfferedModel(folder, f"{card.title or card.identifier} {card.version}", folder.resolve() == SHIPPED)


def restore(scan: Scan, progress: Progress) -> Earlier | None:
    """Ask ``ai.report`` what an earlier reading left beside a scan; None where nothing lies there."""
    if not scan.series.beside:
        return None
    from ai import report  # noqa: PLC0415

    return report.restore(scan, progress)


def register(prior: Volume, current: Volume, progress: Progress) -> Registration:
    """Ask ``ai.comparison`` for the rigid motion that lays the prior onto the current scan."""
    from ai import comparison  # noqa: PLC0415

    return comparison.register_rigid(prior, current, progress)


def deform(prior: Volume, current: Volume, rigid: Registration, progress: Progress) -> Registration:
    """Ask ``ai.comparison`` what breath and posture add to a rigid motion."""
    from ai import comparison  # noqa: PLC0415

    return comparison.register_deformable(prior, current, rigid, progress)


def compare(
    prior: Scan, prior_analysis: Analysis, current: Scan, analysis: Analysis, found: Registration, progress: Progress
) -> Comparison:
    """Ask ``ai.comparison`` what changed."""
    from ai import comparison  # noqa: PLC0415

    return comparison.compare(prior, prior_analysis, current, analysis, found, progress)


def advise_anew(comparison: Comparison, prior: Scan, current: Scan, told: Told) -> Comparison:
    """Ask ``ai.comparison`` for the advice again, for what is told of the patient now."""
    from ai import comparison as room  # noqa: PLC0415

    return room.advised_anew(comparison, prior, current, told)


def map_change(prior: Volume, current: Volume, found: Registration, progress: Progress) -> ChangeMap:
    """Ask ``ai.comparison`` where the current scan is denser or less dense than the prior."""
    from ai import comparison  # noqa: PLC0415

    return comparison.change_map(prior, current, found, progress)


def map_heat_change(prior: Heatmap, current: Heatmap, found: Registration) -> ChangeMap:
    """Ask ``ai.comparison`` where an abnormality's heat changed."""
    from ai import comparison  # noqa: PLC0415

    return comparison.heat_change(prior, current, found)


def warp_prior(prior: Volume, current: VoxelGrid, found: Registration, progress: Progress) -> Layered:
    """Ask ``ai.comparison`` for the prior on the current scan's grid: made while it is looked at.

    An oblique scan is not looked at by whole layers; for it all is made at once.
    """
    from ai import comparison  # noqa: PLC0415

    warped = comparison.warped_prior(prior, current, found)
    return warped if all(slice_axis(current, plane).aligned for plane in Plane) else warped.whole(progress)


def keep_older(
    older: Scan, seen: Analysis, current: Scan, analysis: Analysis, found: Registration, progress: Progress
) -> OlderStudy:
    """Ask ``ai.comparison`` what of an older study lesions' lines need."""
    from ai import comparison  # noqa: PLC0415

    return comparison.older_study(older, seen, current, analysis, found, progress)


def draw_lines(current: Scan, analysis: Analysis, older: Sequence[OlderStudy]) -> Timeline:
    """Ask ``ai.comparison`` for every lesion's line."""
    from ai import comparison  # noqa: PLC0415

    return comparison.timeline(current, analysis, older)


def draft_report(reading: ReadingToDraft, language: Language) -> Draft:
    """Ask ``ai.report`` for a draft of what the reader accepted, with what guidelines advise."""
    from ai import report  # noqa: PLC0415
    from ai.report.guideline_advice import advise_for  # noqa: PLC0415

    return report.draft(reading, language, advise_for(reading.scan, reading.prior, reading.told))


def check_report(text: str, reading: ReadingToCheck, language: Language) -> tuple[Discrepancy, ...]:
    """Ask ``ai.report`` where a report and the picture do not say the same."""
    from ai import report  # noqa: PLC0415
    from ai.report.guideline_advice import advise_for  # noqa: PLC0415

    return report.check_report(text, reading, language, advise_for(reading.scan, reading.prior, reading.told))
