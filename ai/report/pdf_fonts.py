"""The letters of a PDF: an embedded Latin font, and Chinese ones wherever the computer keeps them."""

from __future__ import annotations

import os
from functools import cache
from html import escape
from pathlib import Path

import reportlab
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

LATIN, LATIN_BOLD = "Vera", "VeraBd"
_HAN = "Han"
_UNEMBEDDED = "STSong-Light"
"""A font of Adobe's Asian set: not embedded, every common reader of PDF substitutes one for it."""
_HAN_FILES = (
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "simhei.ttf",
    "msyh.ttc",
    "simsun.ttc",
    "Arial Unicode.ttf",
    "STHeiti Light.ttc",
)
"""Chinese fonts with TrueType outlines, which reportlab can embed: of Linux, Windows, macOS."""


@cache
def han_font() -> str:
    """Register a font with Chinese letters and return its name: embedded where the computer has one."""
    for path in _found():
        try:
            pdfmetrics.registerFont(TTFont(_HAN, str(path)))
        except (TTFError, OSError):
            continue
        return _HAN
    pdfmetrics.registerFont(UnicodeCIDFont(_UNEMBEDDED))
    return _UNEMBEDDED


@cache
def latin_fonts() -> tuple[str, str]:
    """Register the Latin fonts that come with reportlab and return the names of upright and bold."""
    for name in (LATIN, LATIN_BOLD):
        pdfmetrics.registerFont(_latin(name))
    return LATIN, LATIN_BOLD


@cache
def _latin(name: str) -> TTFont:
    return TTFont(name, str(Path(reportlab.__file__).parent / "fonts" / f"{name}.ttf"))


def marked_up(text: str) -> str:
    """Return text as reportlab's paragraphs take it: escaped, letters that the Latin font lacks in the Chinese one."""
    known = _latin(latin_fonts()[0]).face.charToGlyph
    parts: list[str] = []
    run, foreign = "", False
    for letter in text:
        strange = not letter.isspace() and ord(letter) not in known
        if run and strange != foreign and not letter.isspace():
            parts.append(_run(run, foreign))
            run = ""
        if not letter.isspace():
            foreign = strange
        run += letter
    return "".join((*parts, _run(run, foreign)))


def _run(text: str, foreign: bool) -> str:
    return f'<font name="{han_font()}">{escape(text)}</font>' if foreign else escape(text)


def _found() -> list[Path]:
    """Return the Chinese fonts of this computer, best first."""
    there: dict[str, Path] = {}
    for folder in rl_config.TTFSearchPath:
        for parent, _, names in os.walk(Path(str(folder)).expanduser()):
            there.update({name: Path(parent, name) for name in names if name in _HAN_FILES})
    return [there[name] for name in _HAN_FILES if name in there]
