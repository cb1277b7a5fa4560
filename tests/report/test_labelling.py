"""Every trap sentence is read as a reader reads it, and mentions keep to their sentence."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from ai.report import Mention, Side, Status, label
from ai.vocabulary import Abnormality, abnormalities, locations
from tests.report.trap_sentences import Trap, traps

TRAPS = traps()
ANOTHER_WAY = {"nodulegr1cm": "A nodule of 14 mm.", "soft_tissue": "A soft tissue density is seen."}
"""What no report calls by its title alone."""
KNOWN_PLACES = {name for names in locations().values() for name in names}
ENGLISH = [
    trap for trap in TRAPS if trap.topic.startswith("english") and "\n" not in trap.text and ":" not in trap.text
]
ONE_LINERS = [trap for trap in TRAPS if "\n" not in trap.text and ":" not in trap.text and "：" not in trap.text]


def said(mentions: list[Mention]) -> list[tuple[str, Status, tuple[str, ...], Side | None, tuple[float, ...]]]:
    return [(m.abnormality.name, m.status, m.locations, m.side, m.sizes_mm) for m in mentions]


def test_there_are_enough_traps_in_both_languages_and_of_every_status() -> None:
    assert len(TRAPS) >= 300
    assert min(Counter(trap.topic.split("-")[0] for trap in TRAPS).values()) >= 100
    assert {expected.status for trap in TRAPS for expected in trap.says} == set(Status)
    assert len({trap.text for trap in TRAPS}) == len(TRAPS)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: str(trap.topic))
def test_trap_says_what_is_expected_and_nothing_else(trap: Trap) -> None:
    left = label(trap.text)
    for expected in trap.says:
        fitting = next((mention for mention in left if expected.fits(mention)), None)
        assert fitting is not None, f"{expected} is missing in {said(left)}"
        left.remove(fitting)
    assert not left, f"too much: {said(left)}"


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: str(trap.topic))
def test_mentions_lie_in_their_sentence_in_order(trap: Trap) -> None:
    mentions = label(trap.text)
    for mention in mentions:
        assert 0 <= mention.sentence_start <= mention.start < mention.end <= mention.sentence_end <= len(trap.text)
        assert trap.text[mention.start : mention.end].strip() == trap.text[mention.start : mention.end] != ""
        assert set(mention.locations) <= KNOWN_PLACES
        assert all(size > 0 for size in mention.sizes_mm)
    assert all(earlier.start <= later.start for earlier, later in pairwise(mentions))


@pytest.mark.parametrize("number", range(len(ONE_LINERS)))
def test_a_sentence_says_the_same_between_others(number: int) -> None:
    trap, before, after = (ONE_LINERS[(number + k) % len(ONE_LINERS)] for k in (0, 7, 31))
    whole = label(f"{before.text} {trap.text} {after.text}")
    assert said(whole) == said(label(before.text)) + said(label(trap.text)) + said(label(after.text))


@pytest.mark.parametrize("heading", ["IMPRESSION:", "FINDINGS:", "检查所见："])
def test_a_section_ends_the_reach_of_the_one_before(heading: str) -> None:
    mentions = label(f"INDICATION: Suspected pneumothorax.\n\n{heading} No effusion.\nLungs: Small nodule.")
    assert [(m.abnormality.name, m.status) for m in mentions] == [
        ("pleural_effusion", Status.ABSENT),
        ("nodule", Status.PRESENT),
    ]


@pytest.mark.parametrize("trap", ENGLISH, ids=lambda trap: str(trap.topic))
def test_case_does_not_matter(trap: Trap) -> None:
    assert said(label(trap.text.upper())) == said(label(trap.text.lower()))


def test_a_wrapped_line_goes_on() -> None:
    mentions = label("No suspicious pulmonary nodules, no consolidation and no pleural\neffusion are identified.")
    assert {m.status for m in mentions} == {Status.ABSENT}
    assert [m.abnormality.name for m in mentions] == ["nodule", "consolidation", "pleural_effusion"]


@pytest.mark.parametrize(
    "text", ["", " \n\n ", "...", "？？？", "12 mm", ":", "\x00", "no no no no", "(((", "右" * 500, "mm " * 2000]
)
def test_text_that_says_nothing_gives_nothing(text: str) -> None:
    assert label(text) == []


@pytest.mark.parametrize("abnormality", abnormalities(), ids=str)
def test_every_abnormality_is_found_by_its_title_or_name(abnormality: Abnormality) -> None:
    ways = _ways(abnormality.name, abnormality.title)
    assert abnormality in {mention.abnormality for text in ways for mention in label(text)}


def _ways(name: str, title: str) -> list[str]:
    if name in ANOTHER_WAY:
        return [ANOTHER_WAY[name]]
    parts = [part.strip() for part in title.split(" or ")]
    return [f"There is {text.lower()}." for text in (title, name.replace("_", " "), *parts)]


def test_what_is_there() -> None:
    there = {status for status in Status if status.is_there}
    assert there == {Status.PRESENT, Status.NEW, Status.LARGER, Status.SMALLER, Status.UNCHANGED}
    assert {status for status in Status if status.is_course} - there == {Status.RESOLVED}
