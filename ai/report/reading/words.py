"""Words of a sentence, in the one form in which the lexicon knows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

_WORD = re.compile(
    r"[^\W\d_\u3400-\u9fff]+(?:['’](?!s\b)[^\W\d_]+)?|\d+(?:[.,]\d+)?|[^\s\-‐‑–]|(?<!\w)[-‐‑–]|[-‐‑–](?!\w)"
)
"""Words, numbers, single Chinese characters and marks. A hyphen inside a word parts it and is no mark."""

_LATIN_PLURALS = {
    "atelectases": "atelectasis",
    "metastases": "metastasis",
    "stenoses": "stenosis",
    "bronchiectases": "bronchiectasis",
    "prostheses": "prosthesis",
    "diagnoses": "diagnosis",
    "masses": "mass",
    "vertebrae": "vertebra",
    "bullae": "bulla",
    "pleurae": "pleura",
    "axillae": "axilla",
    "hila": "hilum",
    "septa": "septum",
    "bronchi": "bronchus",
    "apices": "apex",
    "indices": "index",
    "hemithoraces": "hemithorax",
    "pneumothoraces": "pneumothorax",
    "lymphadenopathies": "lymphadenopathy",
    "costae": "costa",
    "sequelae": "sequela",
    "granulomata": "granuloma",
    "atria": "atrium",
}
_BRITISH = (("aemi", "emi"), ("haem", "hem"), ("oedem", "edem"), ("oesoph", "esoph"), ("tumour", "tumor"))
_BRITISH_ENDINGS = (("ised", "ized"), ("isation", "ization"), ("calibre", "caliber"), ("centre", "center"))
_SHORT = 3
MOST_SPELLINGS = 200_000
"""So many are remembered; names and numbers of a large file must not fill the memory."""
_LONGEST_CHUNK = 40
"""Chinese is written without spaces: its sentences are not worth remembering."""
_KEEP_S = ("ss", "us", "is")


class Stems(dict[str, str]):
    """Word as written → normal form; each spelling is worked out once. ``right`` mends what is misspelt."""

    def __init__(self, right: Callable[[str], str] | None = None) -> None:
        super().__init__()
        self._right = right

    def __missing__(self, written: str) -> str:
        found = stem(written)
        found = found if self._right is None else self._right(found)
        if len(self) < MOST_SPELLINGS:
            self[written] = found
        return found


Span = tuple[int, int]
"""First character of a word, and the one behind its last."""


class Chunk(NamedTuple):
    """The words of a text without a space in it, as written and in normal form."""

    words: tuple[str, ...]
    stems: tuple[str, ...]


class Chunks(dict[str, Chunk]):
    """What stands between two spaces → its words; each is taken apart once. No word depends on what lies beyond."""

    def __init__(self, stems: Stems) -> None:
        super().__init__()
        self._stems = stems

    def __missing__(self, written: str) -> Chunk:
        words = tuple(words_of(written))
        found = Chunk(words, tuple(self._stems[word] for word in words))
        if len(self) < MOST_SPELLINGS and len(written) <= _LONGEST_CHUNK:
            self[written] = found
        return found

    def stems_of(self, text: str) -> list[str]:
        """Return the normal forms of a text's words."""
        return [stem for chunk in text.split() for stem in self[chunk].stems]

    def spans_of(self, text: str) -> list[Span]:
        """Return the characters of each word."""
        spans: list[Span] = []
        end = 0
        for chunk in text.split():
            for word in self[chunk].words:
                begin = text.index(word, end)
                end = begin + len(word)
                spans.append((begin, end))
        return spans


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text)


def stem(written: str) -> str:
    """Return the normal form: lower case, singular, American, without accents."""
    word = _plain(written)
    if len(word) <= _SHORT or not word.isalpha():
        return word
    if word in _LATIN_PLURALS:
        return _LATIN_PLURALS[word]
    for british, american in _BRITISH:
        word = word.replace(british, american)
    for british, american in _BRITISH_ENDINGS:
        if word.endswith(british):
            word = word.removesuffix(british) + american
    return _singular(word)


def _plain(written: str) -> str:
    lower = written.lower().replace("’", "'")
    if lower.isascii() or not lower.isalpha():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower.replace("ı", "i")) if not unicodedata.combining(c))


def _singular(word: str) -> str:
    if word in _LATIN_PLURALS:
        return _LATIN_PLURALS[word]
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word.removesuffix("es")
    return word.removesuffix("s") if not word.endswith(_KEEP_S) else word
