"""The same Hounsfield units come out whichever way the pixels were packed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ai import scan
from ai.volume import AIR_HU
from tests.support import dicom_series as build
from tests.support.dicom_series import Form, Plan, thorax_box, write_series

SYNTAXES = {
    "explicit": build.EXPLICIT,
    "implicit": build.IMPLICIT,
    "big endian": build.BIG_ENDIAN,
    "deflated": build.DEFLATED,
    "RLE": build.RLE,
    "JPEG lossless": build.JPEG_LOSSLESS,
    "JPEG lossless process 14": build.JPEG_LOSSLESS_14,
    "JPEG-LS": build.JPEG_LS,
    "JPEG 2000": build.JPEG_2000,
    "HTJ2K": build.HTJ2K,
}
STORED = {
    "unsigned 16": Form(),
    "unsigned 12": Form(bits_stored=12),
    "signed 16": Form(signed=True, intercept=0.0),
    "signed 16 with intercept": Form(signed=True, padding=-2000),
    "half units": Form(slope=0.5),
}


def planned(form: Form) -> Plan:
    """A box with noise, so that every stored bit counts."""
    plan = thorax_box()
    noise = np.random.default_rng(4).integers(-24, 1000, plan.hu.shape)
    return Plan((plan.hu + noise).astype(np.int16), plan.grid, form)


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES.keys())
@pytest.mark.parametrize("form", STORED.values(), ids=STORED.keys())
def test_hounsfield_units_survive(tmp_path: Path, syntax: str, form: Form) -> None:
    plan = planned(Form(syntax, form.slope, form.intercept, form.signed, form.bits_stored, form.padding))
    write_series(tmp_path, plan)
    read = scan.read(tmp_path)
    assert np.array_equal(read.volume.hu, plan.hu)
    assert not read.notices


def test_each_slice_has_its_own_rescale(tmp_path: Path) -> None:
    plan = thorax_box()

    def change(ds: Dataset, index: int) -> None:
        slope, intercept = 1 + index % 2, -1024 - 100 * index
        stored = (plan.hu[index].astype(np.int32) - intercept) // slope
        ds.RescaleSlope, ds.RescaleIntercept = str(slope), str(intercept)
        build.store(ds, stored.astype(np.uint16), build.EXPLICIT)

    write_series(tmp_path, plan, change=change)
    read = scan.read(tmp_path)
    assert np.abs(read.volume.hu.astype(int) - plan.hu).max() <= 1
    assert np.array_equal(read.volume.hu[::2], plan.hu[::2])


@pytest.mark.parametrize(("signed", "padding"), [(False, 63536), (True, -2000), (True, 30000)])
def test_padding_becomes_air(tmp_path: Path, signed: bool, padding: int) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(signed=signed, padding=padding))

    def change(ds: Dataset, index: int) -> None:
        stored = np.frombuffer(ds.PixelData, np.int16 if signed else np.uint16).reshape(ds.Rows, ds.Columns).copy()
        stored[:3] = padding
        build.store(ds, stored.view(np.uint16), build.EXPLICIT)

    write_series(tmp_path, plan, change=change)
    hu = scan.read(tmp_path).volume.hu
    assert (hu[:, :3] == AIR_HU).all()
    assert np.array_equal(hu[:, 3:], plan.hu[:, 3:])


def test_overlay_bits_above_the_stored_ones_are_dropped(tmp_path: Path) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(bits_stored=12))

    def change(ds: Dataset, index: int) -> None:
        stored = np.frombuffer(ds.PixelData, np.uint16).reshape(ds.Rows, ds.Columns) | 0x8000
        build.store(ds, stored.astype(np.uint16), build.EXPLICIT)

    write_series(tmp_path, plan, change=change)
    assert np.array_equal(scan.read(tmp_path).volume.hu, plan.hu)


def test_twelve_signed_bits_are_extended(tmp_path: Path) -> None:
    plan = thorax_box()
    hu = np.clip(plan.hu, -1000, 1500).astype(np.int16)

    def change(ds: Dataset, index: int) -> None:
        ds.BitsStored, ds.HighBit = 12, 11
        build.store(ds, (hu[index].astype(np.uint16) & 0x0FFF).astype(np.uint16), build.EXPLICIT)

    write_series(tmp_path, Plan(hu, plan.grid, Form(signed=True, intercept=0.0)), change=change)
    assert np.array_equal(scan.read(tmp_path).volume.hu, hu)


def test_what_sixteen_bits_cannot_hold_is_clipped(tmp_path: Path) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(intercept=0.0))

    def change(ds: Dataset, index: int) -> None:
        stored = np.full((ds.Rows, ds.Columns), 65535, np.uint16)
        stored[0] = 1000
        build.store(ds, stored, build.EXPLICIT)

    write_series(tmp_path, plan, change=change)
    hu = scan.read(tmp_path).volume.hu
    assert (hu[:, 1:] == 32767).all()
    assert (hu[:, 0] == 1000).all()


def test_thinner_than_vacuum_is_air(tmp_path: Path) -> None:
    plan = Plan(thorax_box().hu, thorax_box().grid, Form(signed=True))

    def change(ds: Dataset, index: int) -> None:
        build.store(ds, np.full((ds.Rows, ds.Columns), -32768, np.int16), build.EXPLICIT)

    write_series(tmp_path, plan, change=change)
    assert (scan.read(tmp_path).volume.hu == AIR_HU).all()


def test_a_rescale_is_rounded_as_in_double_precision(tmp_path: Path) -> None:
    plan = planned(Form())

    def change(ds: Dataset, index: int) -> None:
        ds.RescaleSlope, ds.RescaleIntercept = "1.1", "-1024.5"

    write_series(tmp_path, plan, change=change)
    stored = plan.hu.astype(np.int64) + 1024
    wanted = np.clip(np.rint(stored * 1.1 - 1024.5), AIR_HU, 32767)
    assert np.array_equal(scan.read(tmp_path).volume.hu, wanted)
