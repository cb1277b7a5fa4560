"""Phrases with choices, as the term lists write them, and the tree in which they are looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
END = ""
"""Key of what a phrase means, in the tree; no word is empty."""

Tree = dict[str, Any]
"""word → Tree; END → meaning."""
Node = tuple[Any, Mapping[str, Any] | None]
"""What the words so far mean, None for nothing yet; and the words that may follow, None for none."""


def phrases(pattern: str) -> Iterator[str]:
    """Write out the choices: ``"(left|right) lung"`` → "left lung", "right lung"; an empty choice may be left out."""
    choice = _CHOICE.search(pattern)
    if choice is None:
        yield " ".join(pattern.split())
        return
    for option in choice.group(1).split("|"):
        yield from phrases(pattern[: choice.start()] + option + pattern[choice.end() :])


def plant(tree: Tree, words: Iterable[str], meaning: object) -> None:
    """Put a phrase into the tree; one already there keeps its meaning."""
    node = tree
    for word in words:
        node = node.setdefault(word, {})
    node.setdefault(END, meaning)


def grown(tree: Tree) -> dict[str, Node]:
    """Return a tree in which all is planted, as it is looked up: word → Node."""
    return {word: _node(below) for word, below in tree.items() if word != END}


def _node(tree: Tree) -> Node:
    return tree.get(END), grown(tree) or None
