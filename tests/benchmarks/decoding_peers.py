"""Decoders of compressed slices, each from the bytes of one code stream to an array."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from io import BytesIO
from typing import Any

import imagecodecs

from tests.support import dicom_series as build

Decoder = Callable[[bytes], Any]


def _by_pyjpegls(stream: bytes) -> object:
    import jpeg_ls  # noqa: PLC0415  a package that not everybody has

    return jpeg_ls.decode_pixel_data(stream)


def _by_libjpeg(stream: bytes) -> object:
    import libjpeg  # noqa: PLC0415  a package that not everybody has

    return libjpeg.decode(stream)


def _by_openjpeg(stream: bytes) -> object:
    import openjpeg  # noqa: PLC0415  a package that not everybody has

    return openjpeg.decode(BytesIO(stream))


_KNOWN: dict[str, dict[str, tuple[str, Decoder]]] = {
    build.JPEG_LOSSLESS: {
        "imagecodecs jpeg8 (libjpeg-turbo)": ("imagecodecs", imagecodecs.jpeg8_decode),
        "imagecodecs ljpeg": ("imagecodecs", imagecodecs.ljpeg_decode),
        "imagecodecs jpegsof3": ("imagecodecs", imagecodecs.jpegsof3_decode),
        "pylibjpeg": ("libjpeg", _by_libjpeg),
    },
    build.JPEG_LS: {
        "imagecodecs (CharLS)": ("imagecodecs", imagecodecs.jpegls_decode),
        "pyjpegls": ("jpeg_ls", _by_pyjpegls),
        "pylibjpeg": ("libjpeg", _by_libjpeg),
    },
    build.JPEG_2000: {
        "imagecodecs (OpenJPEG)": ("imagecodecs", imagecodecs.jpeg2k_decode),
        "pylibjpeg (OpenJPEG)": ("openjpeg", _by_openjpeg),
    },
}


def decoders(syntax: str) -> dict[str, Decoder]:
    """Return the decoders of a transfer syntax that are installed."""
    known = _KNOWN[syntax].items()
    return {name: decode for name, (module, decode) in known if importlib.util.find_spec(module) is not None}
