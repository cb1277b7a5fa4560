"""What was found under the paths that were named, arranged as the reader browses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from PySide6.QtCore import QObject

from ai.series import Notice, Series
from ai.studies import Examination, Key, LikelyPair, PatientHistory, histories, likely_pair, reading_series
from viewer.state.observed import Observed
from viewer.state.role import Role

NOTHING: Mapping[Role, tuple[Series, ...]] = MappingProxyType(dict.fromkeys(Role, ()))


@dataclass(frozen=True, eq=False)
class Browsing:
    """What there is to choose from.

    Args:
        found: the series, by what they were looked for as.
        histories: all of them by patient and visit; of copies the fullest.
        pairs: each patient's likely pair, by the patient's key.
        left_out: what is said of the places that were searched: files that are in no series.
        searching: which searches still run.
        opens_as: what the next series that is chosen becomes.
        shown: whether the reader wants to see the browser.
    """

    found: Mapping[Role, tuple[Series, ...]] = field(default_factory=lambda: NOTHING)
    histories: tuple[PatientHistory, ...] = ()
    pairs: Mapping[Key, LikelyPair] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[Notice, ...] = ()
    searching: frozenset[Role] = frozenset()
    opens_as: Role = Role.CURRENT
    shown: bool = False

    @property
    def count(self) -> int:
        """How many series there are."""
        return sum(len(visit.series) for history in self.histories for visit in history.examinations)

    def visit_of(self, series: Series) -> Examination | None:
        """Return the visit a series belongs to; None where it is not listed."""
        visits = (visit for history in self.histories for visit in history.examinations)
        return next((visit for visit in visits if any(s.uid == series.uid for s in visit.series)), None)

    def warnings_of(self, series: Series) -> tuple[str, ...]:
        """Return the grave notices of this series alone. A stack that still grows has gaps that mean nothing."""
        if self.searching:
            return ()
        return tuple(n.text for n in series.notices if n.grave and not n.of_place)

    def proposal(self) -> LikelyPair | Series | None:
        """Return what Enter opens where the reader has chosen nothing: the only likely pair, else the best series."""
        if self.opens_as is Role.CURRENT and len(self.pairs) == 1:
            return next(iter(self.pairs.values()))
        within = histories(self.found[Role.PRIOR]) if self.opens_as is Role.PRIOR else self.histories
        visits = [visit for history in within for visit in history.examinations]
        readable = (series for visit in visits if (series := reading_series(visit)) is not None)
        return next(readable, visits[0].series[0] if visits else None)


class BrowserModel(Observed[Browsing]):
    """The study browser."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(Browsing(), parent)

    def begin(self, role: Role) -> None:
        """A search begins. One for a current scan is a new beginning; one for a prior adds to what is there."""
        found = NOTHING if role is Role.CURRENT else {**self.value.found, Role.PRIOR: ()}
        searching = self.value.searching | {role} if role is Role.PRIOR else frozenset({role})
        self._arrange(replace(self.value, found=MappingProxyType({**found}), searching=searching, opens_as=role))

    def tell(self, role: Role, series: Sequence[Series]) -> None:
        """This is all that a search has found so far."""
        found = MappingProxyType({**self.value.found, role: tuple(series)})
        self._arrange(replace(self.value, found=found))

    def end(self, role: Role) -> None:
        """A search found nothing more, or was stopped."""
        if role in self.value.searching:
            self._become(replace(self.value, searching=self.value.searching - {role}))

    def opened(self) -> None:
        """Something was opened: the next one is a current scan again."""
        if self.value.opens_as is not Role.CURRENT:
            self._become(replace(self.value, opens_as=Role.CURRENT))

    def show(self) -> None:
        """Put the browser on screen."""
        if not self.value.shown:
            self._become(replace(self.value, shown=True))

    def hide(self) -> None:
        """Leave the place to the pictures."""
        if self.value.shown:
            self._become(replace(self.value, shown=False))

    def toggle(self) -> None:
        """Show it or hide it."""
        self._become(replace(self.value, shown=not self.value.shown))

    def harmless(self) -> tuple[Notice, ...]:
        """Return what was left out and is no loss: said once, not with every scan. Damaged files may be of any scan."""
        return tuple(notice for notice in self.value.left_out if not notice.grave)

    def _arrange(self, browsing: Browsing) -> None:
        found = [series for role in Role for series in browsing.found[role]]
        arranged = histories(without_copies(found))
        pairs = MappingProxyType({h.key: pair for h in arranged if (pair := likely_pair(h)) is not None})
        told = dict.fromkeys(notice for series in found for notice in series.notices if notice.of_place)
        self._become(replace(browsing, histories=arranged, pairs=pairs, left_out=tuple(told)))


def without_copies(found: Sequence[Series]) -> list[Series]:
    """Return each series once: of copies the one with most slices, else the first."""
    kept: dict[str, Series] = {}
    for series in found:
        if series.uid not in kept or series.shape[0] > kept[series.uid].shape[0]:
            kept[series.uid] = series
    return list(kept.values())
