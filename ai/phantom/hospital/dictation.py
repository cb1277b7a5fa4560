"""A report as a radiologist would dictate it from what is truly there: with hedges, negations, things forgotten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ai.phantom.hospital.facts import Fact
from ai.phantom.hospital.phrases import Hand, wording
from ai.phantom.studies.fates import Fate

OMITTED, HEDGED, FALSELY_HEDGED = 0.04, 0.08, 0.006
"""Share of what is there that is forgotten, of what is told that is doubted, of what is not there that is suspected."""
_RADIOLOGISTS = 6
_DENIED, _DENIED_TOGETHER = 0.45, 3
_STABLE_SAID = 0.75
_SUMMED_UP = 4
_SAID_BY_SIZE = "nodulegr1cm"
_PLURAL = re.compile(r".*?(?:opacities|changes|calcifications|nodes|walls|septa|wires)\b", re.IGNORECASE)
_COURSE = {Fate.NEW: "new", Fate.GROWN: "larger", Fate.SHRUNK: "smaller", Fate.STABLE: "stable", Fate.GONE: "gone"}
_USUALLY_DENIED = (
    "pleural_effusion", "pneumothorax", "lymphadenopathy", "pericardial_effusion", "nodule", "mass", "consolidation",
    "groundglass", "fracture", "emphysema", "atelectasis", "bronchiectasis", "cardiomegaly", "hernia",
)  # fmt: skip
_URGENT = ("mass", "pneumothorax", "pneumonia", "nodule", "aneurysm", "pulmonary_edema", "pleural_effusion",
           "consolidation", "lymphadenopathy", "fracture", "fibrosis", "emphysema", "cardiomegaly")  # fmt: skip


@dataclass(frozen=True)
class Dictated:
    """A report and what its author did with the truth.

    Args:
        text: the report.
        omitted, hedged: labels that are there and were forgotten, or were told in doubt.
        suspected: labels that are not there and were told in doubt.
    """

    text: str
    omitted: tuple[str, ...]
    hedged: tuple[str, ...]
    suspected: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """What stands above the findings: slice thickness (mm), kernel, the day of the scan before."""

    slice_mm: float
    kernel: str
    before: date | None


def dictated(facts: Sequence[Fact], page: Page, variant: str, seed: tuple[int, int]) -> Dictated:
    """Dictate a report.

    Args:
        facts: what is there or gone.
        page: what is said of the examination.
        variant: of the hospital, whose words are used.
        seed: the patient's seed and the visit's number; decide everything.
    """
    rng = np.random.default_rng([*seed, 19])
    hand = Hand(wording(variant), int(rng.integers(_RADIOLOGISTS)), rng)
    told = [fact for fact in facts if fact.label in hand.words.terms]
    omitted = [f for f in told if f.is_there and rng.random() < OMITTED]
    hedged = [f for f in told if f.is_there and f not in omitted and rng.random() < HEDGED]
    absent = [label for label in hand.words.terms if label not in {f.label for f in facts if f.is_there}]
    suspected = [label for label in absent if rng.random() < FALSELY_HEDGED]
    sentences = [s for f in told if f not in omitted for s in _sentences(hand, f, f in hedged)]
    sentences += [_hedge(hand, *hand.term(label)) for label in suspected]
    sentences += _denied(hand, [label for label in absent if label not in suspected])
    sentences += [hand.choose("filler") for _ in range(int(rng.integers(1, 4)))]
    sentences = [sentences[i] for i in rng.permutation(len(sentences))]
    sure = [f for f in told if f.is_there and f not in omitted and f not in hedged]
    text = "\n".join(
        [*_head(hand, page), hand.choose("body"), *_lines(hand, sentences), hand.choose("end"), *_sum(hand, sure)]
    )
    by_size = _SAID_BY_SIZE if any(f.label == _SAID_BY_SIZE for f in facts) else ""
    return Dictated(text + "\n", _names(omitted, by_size), _names(hedged, by_size), tuple(suspected))


def _names(facts: Sequence[Fact], by_size: str) -> tuple[str, ...]:
    """Name labels; who forgets a nodule forgets that it is large."""
    names = [fact.label for fact in facts]
    return (*names, by_size) if by_size and "nodule" in names else tuple(names)


def _head(hand: Hand, page: Page) -> list[str]:
    technique = hand.choose("technique").format(slice=f"{page.slice_mm:g}", kernel=page.kernel)
    before = (
        hand.choose("alone") if page.before is None else hand.choose("compared").format(day=page.before.isoformat())
    )
    return [hand.choose("opening"), hand.choose("indication"), technique, before]


def _sentences(hand: Hand, fact: Fact, doubted: bool) -> list[str]:
    if not fact.is_there:
        _, term = hand.term(fact.label)
        return [hand.choose("gone").format(term=term, Term=_capital(term))]
    found = []
    for number, spot in enumerate(fact.spots):
        what, bare = hand.described(fact.label, spot)
        if doubted:
            found.append(_hedge(hand, "", bare))
            continue
        told = fact.fate is not None and (fact.fate is not Fate.STABLE or hand.rng.random() < _STABLE_SAID)
        kind = _COURSE[fact.fate] if told and fact.fate is not None and number == 0 else "present"
        found.append(_agreeing(hand.choose(kind).format(what=what, What=_capital(what), bare=bare), bare))
    return found


def _hedge(hand: Hand, article: str, bare: str) -> str:
    what = article + bare
    return _agreeing(hand.choose("hedged").format(what=what, What=_capital(what), bare=bare), bare)


def _agreeing(sentence: str, name: str) -> str:
    """Put the verb into the plural behind or before a plural name."""
    if _PLURAL.match(name) is None:
        return sentence
    return sentence.replace(" is ", " are ").replace(" has ", " have ")


def _denied(hand: Hand, absent: Sequence[str]) -> list[str]:
    """Deny some of what is not there, up to three things in one sentence."""
    chosen = [label for label in _USUALLY_DENIED if label in absent and hand.rng.random() < _DENIED]
    sentences = []
    while chosen:
        count = int(hand.rng.integers(1, _DENIED_TOGETHER + 1))
        names = [hand.plain_term(label) for label in chosen[:count]]
        chosen = chosen[count:]
        terms = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
        sentences.append(hand.choose("absent").format(terms=terms, Terms=_capital(terms)))
    return sentences


def _lines(hand: Hand, sentences: Sequence[str]) -> list[str]:
    """Some write paragraphs, some a line a sentence."""
    return list(sentences) if hand.radiologist % 2 else [" ".join(sentences)]


def _sum(hand: Hand, sure: Sequence[Fact]) -> list[str]:
    urgent = [fact for label in _URGENT for fact in sure if fact.label == label][:_SUMMED_UP]
    if not urgent:
        return [hand.choose("clear")] if not sure else [hand.choose("present").format(**_said(hand, sure[0]))]
    return [f"{n}. {_capital(_said(hand, fact)['bare'])}." for n, fact in enumerate(urgent, 1)]


def _said(hand: Hand, fact: Fact) -> dict[str, str]:
    what, bare = hand.described(fact.label, fact.spots[0])
    return {"what": what, "What": _capital(what), "bare": bare}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
