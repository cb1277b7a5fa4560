"""Text in DICOM headers: which bytes mean which letters (DICOM PS3.3 C.12.1.1.2)."""

from __future__ import annotations

_CODECS = {
    "": "latin-1",
    "ISO_IR 6": "latin-1",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis_620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}


def decoded(raw: bytes, charset: str) -> str:
    """Return the letters of a header's bytes, without padding.

    Args:
        raw: the element's value.
        charset: (0008,0005) as written, several values separated by backslashes.
    """
    first, _, more = charset.partition("\\")
    codec = _CODECS.get(first.strip())
    if raw.isascii() and b"\x1b" not in raw:
        text = raw.decode("ascii")
    elif codec is not None and not more:
        text = raw.decode(codec, errors="replace")
    else:
        text = _with_escapes(raw, charset)
    return text.strip(" \x00")


def _with_escapes(raw: bytes, charset: str) -> str:
    # pydicom takes 0.2 s to import: only texts that switch letters midway wait for it.
    from ai.scan.datasets import text_with_escapes  # noqa: PLC0415

    return text_with_escapes(raw, [name.strip() for name in charset.split("\\")])


def person(name: str) -> str:
    """Return a DICOM person name as a reader writes it: "Yamada^Tarou=山田^太郎" → "Yamada, Tarou (山田 太郎)"."""
    groups = name.split("=")
    parts = [part.strip() for part in groups[0].split("^") if part.strip()]
    plain = ", ".join((parts[0], " ".join(parts[1:]))) if len(parts) > 1 else "".join(parts)
    own = " ".join(part.strip() for part in groups[1].split("^") if part.strip()) if len(groups) > 1 else ""
    return f"{plain} ({own})" if plain and own else plain or own
