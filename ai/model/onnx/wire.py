"""Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding): numbered fields of four kinds."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ai.model.errors import ModelError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_BYTES = 10

Value = int | bytes


def fields_of(message: bytes) -> Iterator[tuple[int, Value]]:
    """Yield (field number, value) in the order stored: unsigned integers, or bytes for all else (fixed ones too).

    Raises:
        ModelError: the bytes are no such message.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        if kind == _BYTES:
            length, place = _varint(message, place)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            raise ModelError("The ONNX file is damaged: it holds a field of no known kind.")
        if place + length > len(message):
            raise ModelError("The ONNX file is damaged: it ends within a field.")
        yield number, message[place : place + length]
        place += length


def signed(value: Value) -> int:
    """Return an int64 as two's complement says.

    Raises:
        ModelError: the field is not a number.
    """
    if not isinstance(value, int):
        raise ModelError("The ONNX file is damaged: a number is missing.")
    return value - (1 << 64) if value >= 1 << 63 else value


def text(value: Value) -> str:
    """Return a string.

    Raises:
        ModelError: the field is not one.
    """
    try:
        return held(value).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError("The ONNX file is damaged: a name is no text.") from error


def held(value: Value) -> bytes:
    """Return the bytes of a field.

    Raises:
        ModelError: the field is a number.
    """
    if isinstance(value, int):
        raise ModelError("The ONNX file is damaged: a part of it is a number.")
    return value


def integers(value: Value) -> list[int]:
    """Return one integer, or packed ones."""
    if isinstance(value, int):
        return [signed(value)]
    found, place = [], 0
    while place < len(value):
        one, place = _varint(value, place)
        found.append(signed(one))
    return found


def floats(value: Value) -> list[float]:
    """Return one float, or packed ones."""
    raw = held(value)
    return list(struct.unpack(f"<{len(raw) // 4}f", raw[: len(raw) // 4 * 4]))


def _varint(message: bytes, place: int) -> tuple[int, int]:
    result = 0
    for count in range(_MOST_BYTES):
        if place + count >= len(message):
            break
        byte = message[place + count]
        result |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return result & ((1 << 64) - 1), place + count + 1
    raise ModelError("The ONNX file is damaged: a number has no end.")
