"""What the second reader knows of words: ``resources/report/second_reader.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Any

from ai.draft import Language
from ai.vocabulary import RESOURCES


@cache
def table() -> dict[str, Any]:
    """Return the file as it is."""
    return tomllib.loads((RESOURCES / "report" / "second_reader.toml").read_text(encoding="utf-8"))


@cache
def synonyms(name: str) -> frozenset[str]:
    """Return the labels that are one thing with this one, itself among them."""
    return frozenset({name}.union(*(group for group in table()["synonyms"] if name in group)))


@cache
def kin(name: str) -> frozenset[str]:
    """Return the labels that may stand for this one, itself and its synonyms among them."""
    return synonyms(name).union(*(group for group in table()["kin"] if name in group))


@cache
def concluded_by(name: str) -> frozenset[str]:
    """Return the labels by which an impression tells of this one: its synonyms, and wide words that may mean it."""
    return synonyms(name) | (kin(name) & frozenset(table()["wide"]))


def sided(name: str) -> bool:
    """Return whether a thing lies on a side."""
    return name in table()["sided"]


@cache
def pattern(key: str) -> re.Pattern[str]:
    """Return the expressions of a list as one."""
    return re.compile("|".join(f"(?:{one})" for one in table()[key]), re.IGNORECASE)


@cache
def heading(key: str) -> re.Pattern[str]:
    """Return the headings of a list as one expression; a heading stands at a line's or a sentence's beginning."""
    names: Sequence[str] = table()[key]
    return re.compile(rf"(?:^|[\n.。；;])[\s#*【\[]*(?:{'|'.join(names)})\s*[】\]]?\s*(?:[:：]|\n)", re.IGNORECASE)


def said(language: Language, key: str, **parts: object) -> str:
    """Return a discrepancy's sentence."""
    text = str(table()["words"][language.value][key]).format(**parts)
    return text[:1].upper() + text[1:] if text.endswith((".", "。")) else text
