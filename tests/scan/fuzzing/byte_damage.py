"""What disks, networks and half-finished copies do to a file: it is not looked into, only bytes change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Damage = Callable[[bytes, np.random.Generator], bytes]


def _places(whole: bytes, rng: np.random.Generator, most: int) -> list[int]:
    return [int(place) for place in rng.integers(0, max(1, len(whole)), rng.integers(1, most + 1))]


def _block(whole: bytes, rng: np.random.Generator) -> tuple[int, int]:
    start = int(rng.integers(0, max(1, len(whole))))
    return start, min(len(whole), start + int(rng.integers(1, 65)))


def flip_bits(whole: bytes, rng: np.random.Generator) -> bytes:
    """Turn one to eight bits round."""
    damaged = bytearray(whole)
    for place in _places(whole, rng, 8):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def overwrite(whole: bytes, rng: np.random.Generator) -> bytes:
    """Write anything over one to twelve bytes."""
    damaged = bytearray(whole)
    for place in _places(whole, rng, 12):
        damaged[place] = int(rng.integers(256))
    return bytes(damaged)


def cut_off(whole: bytes, rng: np.random.Generator) -> bytes:
    """End the file early."""
    return whole[: int(rng.integers(0, len(whole)))]


def cut_out(whole: bytes, rng: np.random.Generator) -> bytes:
    """Lose a block in the middle."""
    start, end = _block(whole, rng)
    return whole[:start] + whole[end:]


def insert(whole: bytes, rng: np.random.Generator) -> bytes:
    """Gain a block of anything."""
    start, end = _block(whole, rng)
    return whole[:start] + rng.bytes(end - start) + whole[start:]


def zero(whole: bytes, rng: np.random.Generator) -> bytes:
    """Lose a block to zeros, as a disk's bad sector is."""
    start, end = _block(whole, rng)
    return whole[:start] + bytes(end - start) + whole[end:]


def swap_blocks(whole: bytes, rng: np.random.Generator) -> bytes:
    """Exchange two blocks of the same length."""
    length = int(rng.integers(1, 33))
    a, b = sorted(int(place) for place in rng.integers(0, max(1, len(whole) - length), 2))
    if b - a < length:
        return flip_bits(whole, rng)
    return whole[:a] + whole[b : b + length] + whole[a + length : b] + whole[a : a + length] + whole[b + length :]


def change_a_digit(whole: bytes, rng: np.random.Generator) -> bytes:
    """Make another digit, sign or point of a digit, in the header more often than chance would."""
    digits = [place for place, byte in enumerate(whole) if 0x30 <= byte <= 0x39]
    if not digits:
        return flip_bits(whole, rng)
    place = digits[int(rng.integers(len(digits)))]
    return whole[:place] + bytes([rng.choice(list(b"0123456789-.e \\"))]) + whole[place + 1 :]


BYTE_DAMAGES: tuple[Damage, ...] = (
    flip_bits,
    overwrite,
    cut_off,
    cut_out,
    insert,
    zero,
    swap_blocks,
    change_a_digit,
)
