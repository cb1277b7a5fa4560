"""The curve of nodules in scans as they are read: what is hit, what is in vain, which scan is withheld."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai.phantom.case import Case
from ai.phantom.scanner import Protocol
from ai.training.nodules.thin_scans import marked, thin_table
from tests.support.bright_network import bright_bundle
from tests.support.close_network import random_close_look
from tests.training.nodules.test_drawing import with_two_beads


def test_of_two_bright_balls_the_nodule_is_hit_and_the_other_is_in_vain() -> None:
    canvas, volume, *_ = with_two_beads()
    first, look = marked(volume, canvas, bright_bundle())
    assert look is first
    assert first.diameters_mm.tolist() == [24.0]
    assert np.isfinite(first.found).all()
    assert first.false.max() == pytest.approx(float(first.found[0]), abs=0.5)


def test_a_close_look_weighs_anew() -> None:
    canvas, volume, *_ = with_two_beads()
    bundle = replace(bright_bundle(), close_look=random_close_look(3))
    first, look = marked(volume, canvas, bundle)
    assert len(look.false) == len(first.false)
    assert not np.allclose(look.false, first.false)


def test_a_withheld_scan_is_told_and_counts_for_nothing() -> None:
    canvas, volume, *_ = with_two_beads()
    hu = torch.from_numpy(volume.hu.copy())
    protocol = Protocol.drawn(np.random.default_rng(1))
    good = Case(hu, canvas, (), protocol)
    table = thin_table(bright_bundle(), [good, replace(good, hu=torch.full_like(hu, -1000))], 2)
    assert table["scans"] == 2
    assert len(table["withheld"]) == 1
    assert table["nodules"]["nodules"] == 1
    assert table["nodules"] == table["nodules by the first network alone"]
