"""The draft follows the verdicts; a text is checked; files are read and refused in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from pytestqt.qtbot import QtBot

from ai.discrepancy import Discrepancy, DiscrepancyKind, ReadingToCheck
from ai.draft import Draft, Language, ReadingToDraft
from ai.errors import IntervalError
from ai.timeline import Timeline
from tests.support.readings import analysis_of, comparison_of, scan_of, shift, with_settings
from viewer.state.change_key import key_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.unread import unread_words
from viewer.state.verdict import Verdict
from viewer.steps.check_report import NOT_ANALYSED, CheckReport
from viewer.steps.draft_report import DraftReport, reading_to_draft
from viewer.steps.save_report import SaveReport


def begun(compared: bool = False) -> Reading:
    """Return a reading whose current scan is analysed."""
    reading = Reading()
    scan = scan_of(taken_on=date(2024, 3, 1))
    analysis = with_settings(analysis_of(scan.volume.grid, nodule=3.0, groundglass=1.0, emphysema=-3.0))
    reading.scans[Role.CURRENT].complete(scan)
    reading.findings[Role.CURRENT].show(analysis)
    if compared:
        reading.scans[Role.PRIOR].complete(scan_of(uid="1.2.4", taken_on=date(2023, 3, 1)))
        reading.comparison.show(comparison_of(shift(), analysis, analysis))
    return reading


class Drafting:
    """Keeps what is asked of it and drafts nothing but its title."""

    def __init__(self) -> None:
        self.asked: list[tuple[ReadingToDraft, Language]] = []

    def __call__(self, reading: ReadingToDraft, language: Language) -> Draft:
        """Return a draft that differs from all before."""
        self.asked.append((reading, language))
        return Draft(language, f"Draft {len(self.asked)}", (), "Research only.")


def test_a_draft_is_written_only_on_screen_and_only_where_it_would_differ(qtbot: QtBot) -> None:
    reading, drafting = begun(), Drafting()
    step = DraftReport(reading, drafting)
    findings = reading.findings[Role.CURRENT]
    findings.judge("nodule", Verdict.ACCEPTED)
    assert drafting.asked == []
    reading.report.put(True)
    qtbot.waitUntil(lambda: reading.report.value.draft is not None)
    findings.select("groundglass")
    reading.next_setting()
    assert not step.lane.busy
    findings.judge("groundglass", Verdict.ACCEPTED)
    qtbot.waitUntil(lambda: len(drafting.asked) == 2 and not step.lane.busy)
    reading.report.use_language(Language.CHINESE)
    qtbot.waitUntil(lambda: len(drafting.asked) == 3 and not step.lane.busy)
    both = ["groundglass", "nodule"]
    assert [sorted(asked.accepted) for asked, _ in drafting.asked] == [["nodule"], both, both]
    step.close()


def test_a_fault_is_a_sentence(qtbot: QtBot) -> None:
    def broken(reading: ReadingToDraft, language: Language) -> Draft:
        raise IntervalError("No words were found.")

    reading = begun()
    step = DraftReport(reading, broken)
    reading.report.put(True)
    qtbot.waitUntil(lambda: reading.report.value.sentence == "No words were found.")
    step.close()


def test_changes_of_a_rejected_finding_are_not_drafted() -> None:
    reading = begun(compared=True)
    comparison = reading.comparison.value.comparison
    assert comparison is not None
    for change in comparison.lesions:
        reading.comparison.judge(key_of(change), Verdict.ACCEPTED)
    reading.findings[Role.CURRENT].judge("nodule", Verdict.REJECTED)
    wanted = reading_to_draft(reading)
    assert wanted is not None
    assert "nodule" not in {change.abnormality.name for change in wanted.accepted_changes}
    assert "groundglass" in {change.abnormality.name for change in wanted.accepted_changes}


def test_nothing_of_then_is_drafted_of_a_rejected_change_or_a_finding_rejected_in_the_prior() -> None:
    reading = begun(compared=True)
    comparison = reading.comparison.value.comparison
    assert comparison is not None
    glass = next(change for change in comparison.findings if change.abnormality.name == "groundglass")
    nodule = next(change for change in comparison.lesions if change.abnormality.name == "nodule")
    reading.comparison.judge(key_of(nodule), Verdict.REJECTED)
    wanted = reading_to_draft(reading)
    assert wanted is not None
    assert wanted.not_compared == frozenset()
    reading.comparison.judge(key_of(glass), Verdict.REJECTED)
    reading.findings[Role.PRIOR].judge("emphysema", Verdict.REJECTED)
    wanted = reading_to_draft(reading)
    assert wanted is not None
    assert wanted.not_compared == {"groundglass", "emphysema"}


def test_a_timeline_makes_another_draft(qtbot: QtBot) -> None:
    reading, drafting = begun(compared=True), Drafting()
    step = DraftReport(reading, drafting)
    reading.report.put(True)
    qtbot.waitUntil(lambda: len(drafting.asked) == 1 and not step.lane.busy)
    scan = reading.scans[Role.PRIOR].value
    assert scan is not None
    lines = Timeline((), 0, ())
    reading.timeline.show(scan.series, (), lines)
    qtbot.waitUntil(lambda: len(drafting.asked) == 2 and not step.lane.busy)
    assert drafting.asked[1][0].timeline is lines
    step.close()


def test_what_is_unread_is_counted() -> None:
    reading = begun(compared=True)
    findings, comparison = reading.findings[Role.CURRENT], reading.comparison
    assert unread_words(findings.value, comparison.value) == "Unread and not in the draft: 2 findings and 3 changes."
    findings.judge("nodule", Verdict.REJECTED)
    findings.judge("groundglass", Verdict.ACCEPTED)
    assert "finding" not in unread_words(findings.value, comparison.value)
    assert comparison.value.comparison is not None
    for change in comparison.value.comparison.lesions:
        comparison.judge(key_of(change), Verdict.ACCEPTED)
    assert unread_words(findings.value, comparison.value) == ""


def test_a_report_is_checked_without_what_was_rejected(qtbot: QtBot) -> None:
    asked: list[ReadingToCheck] = []
    found = Discrepancy(DiscrepancyKind.SIDE, "nodule", "Left or right?", 5, (0, 4))

    def check(text: str, reading: ReadingToCheck, language: Language) -> tuple[Discrepancy, ...]:
        asked.append(reading)
        return (found,)

    reading = begun()
    step = CheckReport(reading, check)
    reading.findings[Role.CURRENT].judge("groundglass", Verdict.REJECTED)
    step.check("Left nodule.")
    qtbot.waitUntil(lambda: reading.second_reader.value.discrepancies == (found,))
    assert asked[0].rejected == {"groundglass"}
    reading.second_reader.judge(found, Verdict.REJECTED)
    assert reading.second_reader.value.open_count == 0
    step.check("Left nodule.")
    qtbot.waitUntil(lambda: len(asked) == 2 and not step.lane.busy)
    assert reading.second_reader.value.verdict(found) is Verdict.REJECTED
    step.close()


def test_without_an_analysis_there_is_nothing_to_check_against() -> None:
    reading = Reading()
    step = CheckReport(reading, lambda text, wanted, language: ())
    step.check("Left nodule.")
    assert reading.second_reader.value.sentence == NOT_ANALYSED
    step.close()


def test_another_scan_begins_a_new_report() -> None:
    reading = begun()
    reading.report.put(True)
    reading.report.show(Draft(Language.ENGLISH, "CT", (), "Research only."))
    reading.second_reader.read("A report.")
    other = scan_of(uid="9.9")
    reading.scans[Role.CURRENT].complete(replace(other, series=replace(other.series, uid="9.9")))
    assert reading.report.value.draft is None
    assert reading.report.value.shown
    assert reading.second_reader.value.text == ""


def test_a_report_is_read_from_a_file_and_what_is_none_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    reading = Reading()
    found: list[str] = []
    step = SaveReport(reading.notices)
    path = tmp_path / "report.txt"
    path.write_bytes("右肺上叶见结节。".encode("gb18030"))
    step.load(path, found.append)
    qtbot.waitUntil(lambda: found == ["右肺上叶见结节。"], timeout=20_000)
    step.load(tmp_path / "none.txt", found.append)
    qtbot.waitUntil(lambda: len(reading.notices.value) == 1)
    assert "none.txt" in reading.notices.value[0].text
    assert reading.notices.value[0].grave
    step.close()
