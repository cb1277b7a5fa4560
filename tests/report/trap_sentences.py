"""The trap sentences: texts of our own with the mentions a reader finds in them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ai.report import Mention, Side, Status
from ai.vocabulary import abnormality, locations

FOLDER = Path(__file__).parent / "traps"
_LOCATIONS = frozenset(name for names in locations().values() for name in names) - {"left", "right"}


@dataclass(frozen=True)
class Expected:
    """One mention; None where the trap does not say."""

    abnormality: str
    status: Status
    locations: frozenset[str] | None
    side: Side | None
    sizes_mm: tuple[float, ...] | None

    @classmethod
    def of(cls, written: str) -> Expected:
        """Read "nodule new right_upper right 5 4"."""
        name, status, *rest = written.split()
        places = frozenset(word for word in rest if word in _LOCATIONS)
        sides = [Side(word) for word in rest if word in tuple(Side)]
        sizes = tuple(float(word) for word in rest if word.replace(".", "").isdigit())
        if len(places) + len(sides) + len(sizes) != len(rest):
            raise ValueError(f"“{written}” has a word that is no location, side or size")
        side = sides[0] if sides else None
        return cls(abnormality(name).name, Status(status), places or None, side, sizes or None)

    def fits(self, mention: Mention) -> bool:
        """True where the mention says all that is expected; every place expected must be among its places."""
        return (
            (mention.abnormality.name, mention.status) == (self.abnormality, self.status)
            and (self.locations is None or self.locations <= set(mention.locations))
            and (self.side is None or mention.side is self.side)
            and (self.sizes_mm is None or mention.sizes_mm == self.sizes_mm)
        )


@dataclass(frozen=True)
class Trap:
    """A text and what it says."""

    topic: str
    text: str
    says: tuple[Expected, ...]


def traps() -> list[Trap]:
    """Read all of them."""
    return [
        Trap(f"{path.stem}-{topic}-{number}", text, tuple(Expected.of(one) for one in says.split(";") if one.strip()))
        for path in sorted(FOLDER.glob("*.toml"))
        for topic, pairs in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for number, (text, says) in enumerate(pairs)
    ]
