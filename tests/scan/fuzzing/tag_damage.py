"""What wrong software does to a DICOM file: elements with absurd values, lengths and tables, or none, or two of one."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from tests.scan.fuzzing.layout import Element, Layout, layout
from tests.support.well_formed import LOSSLESS

Damage = Callable[[Layout, np.random.Generator], bytes]

PIXEL_DATA = 0x7FE00010
PICTURE_TAGS = (
    0x00080008,
    0x00080016,
    0x00080060,
    0x0020000E,
    0x00200032,
    0x00200037,
    0x00180050,
    0x00280002,
    0x00280004,
    0x00280010,
    0x00280011,
    0x00280030,
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
    0x00281052,
    0x00281053,
)
"""What decides where a picture lies and what it shows; damaged more often than the rest."""

_WORDS = (
    b"",
    b"abc",
    b"0",
    b"-1",
    b"1e300",
    b"-1e300",
    b"1e-300",
    b"nan",
    b"inf",
    b"999999999999",
    b"1\\2",
    b"0\\0\\0",
)
_FACTORS = (-1.0, 0.0, 0.5, 0.9, 0.999, 1.001, 1.1, 2.0, 10.0, 1000.0, 1e6)
_SHIFTS = (-1000.0, -10.0, -1.0, -0.1, 0.1, 1.0, 2.5, 10.0, 1000.0, 1e5)
_SHORTS = (0, 1, 2, 3, 7, 8, 11, 12, 13, 15, 16, 17, 31, 32, 255, 256, 4096, 32767, 32768, 65535)
_NAMES = (b"", b"MR", b"LOCALIZER", b"ORIGINAL\\PRIMARY\\LOCALIZER", b"1.2.3", b"\xff\xfe", b"CT\0", b"A" * 300)
_LENGTHS = (0, 1, 2, 3, 255, 4096, 65534, 65535, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


def _chosen(found: Layout, rng: np.random.Generator) -> Element:
    known = [element for element in found.elements if element.tag in PICTURE_TAGS]
    pool = known if known and rng.random() < 0.8 else list(found.elements)
    return pool[int(rng.integers(len(pool)))]


def _number(found: Layout, element: Element, rng: np.random.Generator) -> bytes:
    parts = found.body[element.value : element.end].strip(b" \0").split(b"\\")
    at = int(rng.integers(len(parts)))
    try:
        number = float(parts[at])
    except ValueError:
        number = 1.0
    changed = number * float(rng.choice(_FACTORS)) if rng.random() < 0.5 else number + float(rng.choice(_SHIFTS))
    parts[at] = (str(round(changed)) if element.vr == "IS" else f"{changed:.8g}").encode()
    return b"\\".join(parts)


def _other_value(found: Layout, element: Element, rng: np.random.Generator) -> bytes:
    if element.vr in ("DS", "IS"):
        return bytes(rng.choice(_WORDS)) if rng.random() < 0.3 else _number(found, element, rng)
    if element.vr in ("US", "SS"):
        return struct.pack(found.order + "H", int(rng.choice(_SHORTS)))
    return bytes(rng.choice(_NAMES)) if rng.random() < 0.7 else rng.bytes(int(rng.integers(0, 40)))


def another_value(found: Layout, rng: np.random.Generator) -> bytes:
    """Change what one element says."""
    element = _chosen(found, rng)
    return found.replaced(element, _other_value(found, element, rng))


def gone(found: Layout, rng: np.random.Generator) -> bytes:
    """Leave one element out."""
    element = _chosen(found, rng)
    return found.body[: element.head] + found.body[element.end :]


def twice(found: Layout, rng: np.random.Generator) -> bytes:
    """Say one element twice, perhaps differently."""
    element = _chosen(found, rng)
    value = found.body[element.value : element.end]
    if rng.random() < 0.7:
        value = _other_value(found, element, rng)
    at = element.head if rng.random() < 0.5 else element.end
    return found.body[:at] + _alone(found, element, value) + found.body[at:]


def _alone(found: Layout, element: Element, value: bytes) -> bytes:
    whole = found.replaced(element, value)
    return whole[element.head : len(whole) - (len(found.body) - element.end)]


def exchanged(found: Layout, rng: np.random.Generator) -> bytes:
    """Exchange what two elements say."""
    a, b = sorted((_chosen(found, rng), _chosen(found, rng)), key=lambda element: element.head)
    if a.tag == b.tag or PIXEL_DATA in (a.tag, b.tag):
        return another_value(found, rng)
    values = found.body[a.value : a.end], found.body[b.value : b.end]
    first, second = _alone(found, a, values[1]), _alone(found, b, values[0])
    return found.body[: a.head] + first + found.body[a.end : b.head] + second + found.body[b.end :]


def absurd_length(found: Layout, rng: np.random.Generator) -> bytes:
    """Let an element say that its value is of another length."""
    element = _chosen(found, rng) if rng.random() < 0.7 else found.elements[-1]
    length = element.end - element.value
    other = int(rng.choice(_LENGTHS)) if rng.random() < 0.6 else max(0, length + int(rng.integers(-9, 10)))
    return found.body[: element.head] + found.head_of(element, other) + found.body[element.value :]


def absurd_items(found: Layout, rng: np.random.Generator) -> bytes:
    """Damage the table of offsets and the lengths of the fragments of compressed pixels."""
    pixels = found.elements[-1]
    items = [at for at in range(pixels.value, len(found.body) - 8) if found.body[at : at + 4] == b"\xfe\xff\x00\xe0"]
    if pixels.tag != PIXEL_DATA or not items:
        return absurd_length(found, rng)
    at = items[int(rng.integers(len(items)))]
    if rng.random() < 0.4:
        count = int(rng.integers(1, 9))
        table = struct.pack(f"<4sI{count}I", b"\xfe\xff\x00\xe0", 4 * count, *rng.choice(_LENGTHS, count).tolist())
        return found.body[: pixels.value] + table + found.body[pixels.value + 8 :]
    length = struct.unpack_from("<I", found.body, at + 4)[0]
    other = int(rng.choice(_LENGTHS)) if rng.random() < 0.5 else max(0, length + int(rng.integers(-40, 41)))
    return found.body[: at + 4] + struct.pack("<I", other) + found.body[at + 8 :]


TAG_DAMAGES: tuple[Damage, ...] = (
    another_value,
    another_value,
    another_value,
    gone,
    twice,
    exchanged,
    absurd_length,
    absurd_items,
)


def with_tags(whole: bytes, damage: Damage, rng: np.random.Generator) -> bytes:
    """Return a whole file with damaged elements."""
    found = layout(whole)
    return found.file(damage(found, rng))


def relabelled(whole: bytes, rng: np.random.Generator) -> bytes:
    """Let a file say that it is of another transfer syntax than it is."""
    found = layout(whole)
    others = [syntax for syntax in (*LOSSLESS, "1.2.3", "") if syntax != found.syntax]
    old = uid_element(found.syntax)
    if old not in found.before:
        return whole
    return found.before.replace(old, uid_element(str(rng.choice(others)))) + whole[len(found.before) :]


def uid_element(uid: str) -> bytes:
    """Return the element that names a transfer syntax, byte by byte."""
    value = uid.encode() + b"\0" * (len(uid) % 2)
    return b"\x02\x00\x10\x00UI" + struct.pack("<H", len(value)) + value
