"""The words that reports use, from ``resources/report_terms``: findings, places, sides and cues in one tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from ai.report.mention import Side
from ai.report.reading.patterns import Node, Tree, grown, phrases, plant
from ai.report.reading.spelling import Speller
from ai.report.reading.words import Chunks, Stems, words_of
from ai.vocabulary import Abnormality, abnormality, report_terms


class Cue(StrEnum):
    """How a word reaches over its sentence; the keys of ``cues.toml``."""

    NO = "no"
    NOT_AFTER = "not_after"
    NOT = "not"
    HEDGE = "hedge"
    HEDGE_AFTER = "hedge_after"
    HEDGE_EITHER = "hedge_either"
    QUESTION = "question"
    PAST = "past"
    PAST_AFTER = "past_after"
    EARLIER = "earlier"
    STOP = "stop"
    START = "start"
    VERB = "verb"
    NEW = "new"
    LARGER = "larger"
    SMALLER = "smaller"
    UNCHANGED = "unchanged"
    GONE = "gone"
    SKIP = "skip"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing reports find; ``lasting`` is an operation or device, present though told as history."""

    name: str
    labels: tuple[Abnormality, ...]
    lasting: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Head:
    """A word that names a finding, by itself (``default``) or by its place (``by_place``, "" for none of ours).

    ``state`` is a size or shape; ``enlarges`` makes a lymph node pathological; ``grows`` is a change since an earlier
    scan.
    """

    name: str
    default: str
    by_place: Mapping[str, str] = field(default_factory=dict)
    state: bool = False
    grows: bool = False
    enlarges: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A part of the body; ``line`` is itself and what it lies within, the smallest first.

    ``open`` is half a phrase that the next place must close: "upper" in "upper and lower lobes".
    """

    name: str
    names: tuple[str, ...]
    line: tuple[str, ...]
    level: str
    side: Side | None
    paired: bool
    open: bool = False


Meaning = Head | Place | Side | Cue


@dataclass(frozen=True, eq=False, slots=True)
class Lexicon:
    """Everything that is looked up while reading."""

    tree: Mapping[str, Node]
    chunks: Chunks
    findings: Mapping[str, Finding]
    denied_by_normal: Mapping[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """Read the term lists and build the tree; takes a tenth of a second, once."""
    tree: Tree = {}
    stems = Stems()
    findings = report_terms("findings")
    cues = report_terms("cues")
    denied = {place: tuple(names) for place, names in cues["normal_denies"].items()}
    for meaning, pattern in [*_cues(cues["cue"]), *_heads(findings), *_places(report_terms("places"))]:
        for phrase in phrases(pattern):
            plant(tree, (stems[word] for word in words_of(phrase)), meaning)
    return Lexicon(grown(tree), Chunks(Stems(Speller(stems.values()).right)), _findings(findings), denied)


def _findings(table: dict[str, Any]) -> dict[str, Finding]:
    return {
        name: Finding(name, tuple(map(abnormality, entry["labels"])), bool(entry.get("lasting", False)))
        for name, entry in table["finding"].items()
    }


def _heads(table: dict[str, Any]) -> Iterator[tuple[Meaning, str]]:
    for name, entry in (*table["head"].items(), *table["finding"].items()):
        default = entry.get("default", name if "labels" in entry else "")
        head = Head(name, default, entry.get("in", {}), *(bool(entry.get(k)) for k in ("state", "grows", "enlarges")))
        for pattern in _patterns(entry):
            yield head, pattern


def _places(table: dict[str, Any]) -> Iterator[tuple[Meaning, str]]:
    entries = table["place"]
    for name, entry in entries.items():
        line = [name]
        while "within" in entries[line[-1]]:
            line.append(entries[line[-1]]["within"])
        side = Side(entry["side"]) if "side" in entry else None
        names = tuple(entry.get("names", ()))
        place = Place(
            name, names, tuple(line), entry.get("level", ""), side, bool(entry.get("pair")), bool(entry.get("open"))
        )
        for pattern in _patterns(entry):
            yield place, pattern
    for side_name, patterns in table["side"].items():
        for pattern in patterns:
            yield Side(side_name), pattern


def _cues(table: dict[str, Any]) -> Iterator[tuple[Meaning, str]]:
    for name, entry in table.items():
        for pattern in _patterns(entry):
            yield Cue(name), pattern


def _patterns(entry: dict[str, Any]) -> list[str]:
    return [*entry.get("en", ()), *entry.get("zh", ())]
