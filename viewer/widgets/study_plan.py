"""Which rows the study browser has, in their order, and which of them a filter leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ai.series import Series, Study
from ai.studies import Examination, Key, LikelyPair, PatientHistory, chest_series
from viewer.state.browser_model import Browsing
from viewer.state.role import Role
from viewer.state.study_words import holds, pair_words, patient_words, series_words, visit_words
from viewer.widgets.study_rows import PairRow, PatientRow, Row, SeriesRow, VisitRow


@dataclass(frozen=True)
class Planned:
    """A row, where it stands, and whether the filter hides it."""

    key: Key
    parent: Key | None
    row: Row
    hidden: bool = False
    tooltip: str = ""

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        row = self.row
        if isinstance(row, PairRow):
            return f"Current {row.current}, prior {row.prior}"
        first = row.name if isinstance(row, PatientRow) else row.day if isinstance(row, VisitRow) else row.title
        return f"{first}, {row.about}"


@dataclass(frozen=True)
class Plan:
    """What the rows are made of.

    Args:
        browsing: what there is.
        on_screen: UIDs of the open series.
        names_hidden: patients are numbered instead of named.
        sought: words that a series, its visit or its patient must hold.
    """

    browsing: Browsing
    on_screen: Mapping[Role, str]
    names_hidden: bool = False
    sought: str = ""

    def rows(self) -> Iterator[Planned]:
        """Yield every row, each after its parent."""
        for number, history in enumerate(self.browsing.histories, start=1):
            yield from self._patient(history, f"Patient {number}" if self.names_hidden else "")

    def proposal(self) -> Key | None:
        """Return the row that Enter speaks to first."""
        proposal = self.browsing.proposal()
        if isinstance(proposal, Series):
            return series_key(proposal)
        for key, pair in self.browsing.pairs.items():
            if pair is proposal:
                return pair_key(key)
        return None

    def _patient(self, history: PatientHistory, hidden_as: str) -> Iterator[Planned]:
        name, about = patient_words(history.patient, hidden_as)
        visits = [list(self._visit(history.key, visit, f"{name} {about}")) for visit in history.examinations]
        hidden = all(planned[0].hidden for planned in visits)
        yield Planned(history.key, None, PatientRow(name, about), hidden, about)
        pair = self.browsing.pairs.get(history.key)
        if pair is not None:
            yield Planned(pair_key(history.key), history.key, self._pair(pair), hidden, pair.reason)
        for planned in visits:
            yield from planned

    def _pair(self, pair: LikelyPair) -> PairRow:
        on_screen = (self.on_screen.get(Role.CURRENT), self.on_screen.get(Role.PRIOR))
        is_open = on_screen == (pair.current.uid, pair.prior.uid)
        reason = f"So far: {pair.reason}" if self.browsing.searching else pair.reason
        return PairRow(pair, pair_words(pair.current), pair_words(pair.prior), reason, is_open)

    def _visit(self, patient: Key, visit: Examination, before: str) -> Iterator[Planned]:
        day, about = visit_words(visit.study)
        likely = {series.uid for series in chest_series(visit)}
        context = f"{before} {day} {about}"
        silent = visit.study == Study(patient=visit.study.patient)  # volume files: a heading would say nothing
        parent = patient if silent else visit.key
        series = [self._series(parent, one, one.uid in likely, context) for one in visit.series]
        if not silent:
            yield Planned(visit.key, patient, VisitRow(day, about), all(planned.hidden for planned in series), about)
        yield from series

    def _series(self, parent: Key, series: Series, likely: bool, context: str) -> Planned:
        title, about = series_words(series)
        warnings = self.browsing.warnings_of(series)
        roles = tuple(role for role in Role if self.on_screen.get(role) == series.uid)
        row = SeriesRow(series, title, about, series.shape[0], likely, warnings, roles)
        hidden = not holds(f"{context} {title} {about}", self.sought)
        return Planned(series_key(series), parent, row, hidden, "\n".join((f"{title}\n{about}", *warnings)))


def series_key(series: Series) -> Key:
    """Return the key of a series' row."""
    return ("series", series.uid)


def pair_key(patient: Key) -> Key:
    """Return the key of the line with a patient's likely pair."""
    return ("pair", *patient)
