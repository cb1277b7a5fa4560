"""The sheet of keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from viewer.assets.resource import resource_table


@dataclass(frozen=True)
class KeyLine:
    """Keys or mouse movement, and what they do."""

    keys: str
    does: str


@dataclass(frozen=True)
class KeyGroup:
    """Lines that belong together."""

    title: str
    lines: tuple[KeyLine, ...]


@cache
def key_sheet() -> tuple[KeyGroup, ...]:
    """Return the sheet's groups in reading order."""
    return tuple(
        KeyGroup(str(group["title"]), tuple(KeyLine(str(keys), str(does)) for keys, does in group["keys"]))
        for group in resource_table("keys.toml")["group"]
    )
