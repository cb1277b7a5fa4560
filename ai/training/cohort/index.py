"""The index of a cohort: one SQLite file with what is known of every scan but its voxels, and of every rejected one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from ai.report.mention import Side
from ai.training.cohort.errors import CohortError
from ai.training.cohort.rejection import Reason, Rejected
from ai.training.cohort.words import Change, CohortScan, LabelValue, Place, Said

INDEX = "index.sqlite"
_FORM = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS cohort (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS scans (
    key TEXT PRIMARY KEY, patient TEXT NOT NULL, days INTEGER NOT NULL, source TEXT NOT NULL,
    slices INTEGER NOT NULL, rows INTEGER NOT NULL, columns INTEGER NOT NULL, said TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS labels (
    key TEXT NOT NULL REFERENCES scans ON DELETE CASCADE, label TEXT NOT NULL, said TEXT NOT NULL,
    organs TEXT NOT NULL, side TEXT NOT NULL, locations TEXT NOT NULL, change TEXT NOT NULL,
    PRIMARY KEY (key, label));
CREATE TABLE IF NOT EXISTS rejected (key TEXT PRIMARY KEY, reason TEXT NOT NULL, tried TEXT NOT NULL DEFAULT '');
"""
_SCANS = "SELECT key, patient, days, source, slices, rows, columns FROM scans"
_LABELLED = "SELECT label, said, organs, side, locations, change FROM labels WHERE key = ? ORDER BY label"


class Index:
    """An open index.

    Args:
        folder: of the cohort.
        spacing_mm: of its voxels, where it is made; None opens one that is there.

    Raises:
        CohortError: there is none, it is no index, or its voxels have another spacing.
    """

    def __init__(self, folder: Path, spacing_mm: float | None = None) -> None:
        self.path = folder / INDEX
        if spacing_mm is None and not self.path.exists():
            raise CohortError(f"{folder} is no cohort: it has no {INDEX}. Make one with main.py cohort build.")
        try:
            self._base = sqlite3.connect(self.path)
            self._base.execute("PRAGMA foreign_keys = ON")
            with self._base:
                self._base.executescript(_TABLES)
            self.spacing_mm = self._agreed(spacing_mm)
        except sqlite3.Error as cause:
            raise CohortError(f"{self.path} cannot be opened ({cause}); it is no index of a cohort.") from cause

    def _agreed(self, wanted_mm: float | None) -> float:
        facts = dict(self._base.execute("SELECT name, value FROM cohort").fetchall())
        if not facts and wanted_mm is not None:
            with self._base:
                rows = [("form", _FORM), ("spacing_mm", repr(wanted_mm))]
                self._base.executemany("INSERT INTO cohort VALUES (?, ?)", rows)
            return wanted_mm
        if facts.get("form") != _FORM:
            raise CohortError(f"{self.path} was made by another version of the program; build the cohort anew.")
        there = float(facts["spacing_mm"])
        if wanted_mm is not None and there != wanted_mm:
            both = f"{there:g} mm, not {wanted_mm:g} mm"
            raise CohortError(f"{self.path} holds voxels of {both}; choose another folder or that spacing.")
        return there

    def close(self) -> None:
        """Close it."""
        self._base.close()

    def scans(self) -> list[CohortScan]:
        """Return all scans: a patient's together, in the order of their days."""
        rows = self._base.execute(f"{_SCANS} ORDER BY patient, days, key").fetchall()
        return [self._scan(*row) for row in rows]

    def scan(self, key: str) -> CohortScan:
        """Return one scan.

        Raises:
            CohortError: it is not there.
        """
        row = self._base.execute(f"{_SCANS} WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise CohortError(f"{self.path} holds no scan {key}.")
        return self._scan(*row)

    def _scan(self, key: str, patient: str, days: int, source: str, *shape: int) -> CohortScan:
        labels, places, changes = {}, {}, {}
        for label, said, organs, side, locations, change in self._base.execute(_LABELLED, (key,)):
            labels[label] = LabelValue(Said(said))
            place = Place(frozenset(_words(organs)), Side(side) if side else None, _words(locations))
            if place != Place():
                places[label] = place
            if change:
                changes[label] = Change(change)
        size = (shape[0], shape[1], shape[2])
        return CohortScan(key, patient, days, self.spacing_mm, size, labels, places, changes, source)

    def known(self) -> dict[str, str]:
        """Return per scan the mark of the report and labeller that its labels were made from."""
        return dict(self._base.execute("SELECT key, said FROM scans").fetchall())

    def rejected(self) -> dict[str, Rejected]:
        """Return per examination that is not in the cohort the reason."""
        rows = self._base.execute("SELECT key, reason, tried FROM rejected ORDER BY key").fetchall()
        return {key: Rejected(Reason(reason), tried) for key, reason, tried in rows}

    def put(self, scan: CohortScan, said: str = "") -> None:
        """Write a scan, whole: over itself where it is known."""
        with self._base:
            self._base.execute("DELETE FROM rejected WHERE key = ?", (scan.key,))
            self._base.execute(
                "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
                "patient = excluded.patient, days = excluded.days, source = excluded.source, "
                "slices = excluded.slices, rows = excluded.rows, columns = excluded.columns, said = excluded.said",
                (scan.key, scan.patient, scan.days, scan.source, *scan.shape, said),
            )
            self._base.execute("DELETE FROM labels WHERE key = ?", (scan.key,))
            self._base.executemany("INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(scan))

    def place_in_time(self, days: Mapping[str, int]) -> None:
        """Write days since the patient's first study: an older study found later moves them all."""
        with self._base:
            self._base.executemany(
                "UPDATE scans SET days = ? WHERE key = ? AND days <> ?", [(d, key, d) for key, d in days.items()]
            )

    def reject(self, found: Mapping[str, Rejected], all_found: bool = False) -> None:
        """Write why examinations are not in the cohort; ``all_found`` forgets those that are not named."""
        if all_found and self.rejected() == dict(found):
            return
        rows = [(key, one.reason.value, one.tried) for key, one in found.items()]
        with self._base:
            if all_found:
                self._base.execute("DELETE FROM rejected")
            self._base.executemany("INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)", rows)


@contextmanager
def opened(folder: Path, spacing_mm: float | None = None) -> Iterator[Index]:
    """Open an index for a while; see ``Index``."""
    with closing(Index(folder, spacing_mm)) as index:
        yield index


def _rows(scan: CohortScan) -> Iterable[tuple[str, ...]]:
    for label, value in scan.labels.items():
        place = scan.places.get(label, Place())
        yield (
            scan.key, label, value.said.value, " ".join(sorted(place.organs)), place.side.value if place.side else "",
            " ".join(place.locations), scan.changes[label].value if label in scan.changes else "",
        )  # fmt: skip


def _words(joined: str) -> tuple[str, ...]:
    return tuple(joined.split())
