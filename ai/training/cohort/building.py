"""Build a cohort: pair, choose, label, make voxels, index. Goes on where it stopped; a second run changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ai.progress import QUIET, Part, Progress
from ai.series import Series
from ai.training.cohort.archive import Archive, searched
from ai.training.cohort.choosing import chosen
from ai.training.cohort.errors import CohortError
from ai.training.cohort.index import Index, opened
from ai.training.cohort.page import write_page
from ai.training.cohort.pairing import Examined, paired
from ai.training.cohort.private import Private
from ai.training.cohort.rejection import Reason, Rejected
from ai.training.cohort.reports import Reports, read_mapping, read_reports
from ai.training.cohort.saying import labelled
from ai.training.cohort.store import VOXELS, voxel_path
from ai.training.cohort.words import CohortScan
from ai.training.cohort.work import Failed, Job, made

_SEARCH_SHARE = 0.1


@dataclass(frozen=True)
class Wish:
    """What to build.

    Args:
        scans: folder of the archive.
        reports: CSV file or folder of texts.
        out: folder of the store.
        mapping: CSV file with columns scan and report, see ``read_mapping``.
        private: folder of what must stay in the hospital; ``OUT-private`` without.
        spacing_mm: of the voxels.
        workers: processes; 0 works in this one.
        relabel: label every report anew, not only those that are new or have changed.
        source: a name for where the scans come from, written into the store: no patient's.
    """

    scans: Path
    reports: Path
    out: Path
    mapping: Path | None = None
    private: Path | None = None
    spacing_mm: float = 2.0
    workers: int = 1
    relabel: bool = False
    source: str = ""


@dataclass
class Built:
    """What a run did.

    Args:
        kept: scans in the store now.
        new: made by this run.
        relabelled: whose labels changed.
        rejected: reason → how many examinations.
        unpaired: reports that no scan pairs with.
        unread: folders without any CT.
    """

    kept: int = 0
    new: int = 0
    relabelled: int = 0
    rejected: dict[Reason, int] = field(default_factory=dict)
    unpaired: int = 0
    unread: int = 0


def build(wish: Wish, progress: Progress = QUIET) -> Built:
    """Build a store or go on with it; one build of a store at a time.

    Raises:
        CohortError, ScanError: what was named cannot be read, or the store cannot be written. Faults of single scans
            raise nothing: they are listed.
    """
    private = Private.of(_private_folder(wish))
    reports = read_reports(wish.reports)
    mapping = None if wish.mapping is None else read_mapping(wish.mapping)
    archive = searched(wish.scans, Part(progress, 0.0, _SEARCH_SHARE))
    examined = paired(archive, reports, mapping)
    wish.out.mkdir(parents=True, exist_ok=True)
    with opened(wish.out, wish.spacing_mm) as index:
        run = _Run(wish, private, reports, index, {private.hashed("scan", one.name): one for one in examined})
        run.go(Part(progress, _SEARCH_SHARE, 1.0))
        built = run.built
        built.unpaired = len(reports.texts) - len({one.report for one in examined if one.report is not None})
        built.unread = len(archive.unread)
        private.write_faults(sorted([*run.faults, *_of_archive(archive)]))
        private.write_scans(run.sources())
        write_page(wish.out, index.scans(), built.rejected, built.unpaired)
    return built


def _private_folder(wish: Wish) -> Path:
    folder = wish.private or wish.out.with_name(f"{wish.out.name}-private")
    if folder.resolve().is_relative_to(wish.out.resolve()):
        raise CohortError(f"{folder} lies inside the store, where nothing private may be; choose another --private.")
    return folder


def _of_archive(archive: Archive) -> list[tuple[str, str, str]]:
    return [("no CT", str(one.path), one.sentence) for one in archive.unread]


class _Run:
    """One run over all examinations of an archive."""

    def __init__(
        self, wish: Wish, private: Private, reports: Reports, index: Index, examined: Mapping[str, Examined]
    ) -> None:
        self.wish, self.private, self.reports, self.index, self.examined = wish, private, reports, index, examined
        self.built = Built()
        self.faults: list[tuple[str, str, str]] = []
        self._rejected: dict[str, Rejected] = {}
        self._first_days = _first_days(examined.values())
        self._sources: dict[str, str] = {}
        self._told = private.faults()

    def go(self, progress: Progress) -> None:
        """Do what is left to be done."""
        known, earlier = self.index.known(), self.index.rejected()
        self.index.place_in_time({key: self._days(one) for key, one in self.examined.items()})
        jobs = []
        for key, one in self.examined.items():
            series = self._fit(key, one)
            if not series:
                continue
            if key in known:
                self._label_again(key, one, known[key])
            elif key in earlier and earlier[key].tried == self._tried(series):
                self._reject(key, earlier[key], self._told.get(one.name, ""))
            else:
                path = voxel_path(self.wish.out, key)
                jobs.append(Job(key, tuple(series), path, self.wish.spacing_mm))
        self._make(jobs, progress)
        self.index.reject(self._rejected, all_found=True)
        for rejected in self._rejected.values():
            self.built.rejected[rejected.reason] = self.built.rejected.get(rejected.reason, 0) + 1
        self.built.kept = len(self.index.known())

    def sources(self) -> list[tuple[str, str, str]]:
        """Which scan is which: key, report, where the voxels came from or may have come from."""
        return [
            (key, one.name, self._sources.get(key, "; ".join(sorted({str(s.source) for s in one.series}))))
            for key, one in self.examined.items()
        ]

    def _fit(self, key: str, one: Examined) -> list[Series]:
        """Return the series to try; none, and a rejection, where the examination cannot be used."""
        reason, series = None, chosen(one.series)
        if one.report is None:
            reason = Reason.NO_REPORT
        elif one.patients > 1:
            reason = Reason.SEVERAL_PATIENTS
        elif not series:
            reason = Reason.NO_CHEST_SERIES
        if reason is None:
            return series
        self._reject(key, Rejected(reason), reason.sentence)
        return []

    def _make(self, jobs: list[Job], progress: Progress) -> None:
        _remove_drafts(self.wish.out / VOXELS)
        for number, result in enumerate(made(jobs, self.wish.workers), 1):
            key = result.job.key
            one = self.examined[key]
            if isinstance(result, Failed):
                tried = self._tried(result.job.series)
                self._reject(key, Rejected(result.reason, tried), result.sentence)
                self.index.reject({key: self._rejected[key]})
            else:
                self._sources[key] = result.source
                self.index.put(self._scan(key, one, result.shape), self._mark(one))
                self.built.new += 1
            progress.report(number / len(jobs), f"{number} of {len(jobs)} scans, {len(self._rejected)} rejected")

    def _scan(self, key: str, one: Examined, shape: tuple[int, int, int]) -> CohortScan:
        said = labelled(self._text(one))
        patient = self.private.hashed("patient", one.patient)
        return CohortScan(
            key, patient, self._days(one), self.wish.spacing_mm, shape, said.labels, said.places, said.changes,
            self.wish.source,
        )  # fmt: skip

    def _label_again(self, key: str, one: Examined, mark: str) -> None:
        if mark == self._mark(one) and not self.wish.relabel:
            return
        before = self.index.scan(key)
        after = self._scan(key, one, before.shape)
        self.built.relabelled += after != before
        self.index.put(after, self._mark(one))

    def _text(self, one: Examined) -> str:
        return "" if one.report is None else self.reports.texts[one.report]

    def _mark(self, one: Examined) -> str:
        return self.private.hashed("report", self._text(one))

    def _days(self, one: Examined) -> int:
        first = self._first_days.get(one.patient)
        return 0 if first is None or one.taken_on is None else (one.taken_on - first).days

    def _tried(self, series: Sequence[Series]) -> str:
        return self.private.hashed("tried", *(f"{one.uid} {one.shape}" for one in series))

    def _reject(self, key: str, rejected: Rejected, sentence: str) -> None:
        self._rejected[key] = rejected
        self.faults.append((rejected.reason.value, self.examined[key].name, sentence))


def _first_days(examined: Iterable[Examined]) -> dict[str, date]:
    """Return each patient's first day."""
    first: dict[str, date] = {}
    for one in examined:
        if one.taken_on is not None:
            first[one.patient] = min(one.taken_on, first.get(one.patient, one.taken_on))
    return first


def _remove_drafts(folder: Path) -> None:
    """Remove what a killed run left half written."""
    for draft in folder.glob("*/.*.part"):
        draft.unlink(missing_ok=True)
