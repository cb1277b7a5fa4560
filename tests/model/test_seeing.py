"""A scan that does not fit into the device's memory is read all the same, and the reader is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from ai.model.deep_network import DeepNet
from ai.model.network import Evidence
from ai.model.preparation import Prepared, prepare
from ai.model.seeing import see
from tests.support.bright_network import random_network
from tests.support.thorax import healthy, volume_of

CPU = torch.device("cpu")


class _Short(DeepNet):
    """A network on a device with room for so many voxels."""

    room = 0
    tries = 0

    def forward(self, hu: Tensor, extent: Tensor | None = None) -> Evidence:
        """Run, or run out of memory."""
        self.tries += 1
        if hu.numel() > self.room and self.tries < 9:
            raise torch.OutOfMemoryError("out of memory")
        return super().forward(hu, extent)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Return a prepared thorax."""
    return prepare(volume_of(healthy()), 2.0)


def short(room: int) -> _Short:
    """Return a network of small room, with the weights of a random one."""
    network = _Short(3, (8, 8, 8, 8), 8)
    network.load_state_dict(random_network(1).state_dict())
    network.room = room
    return network.eval()


def test_what_fits_is_read_whole_without_a_word(prepared: Prepared) -> None:
    seen = see(prepared, random_network(1), CPU)
    assert seen.notices == ()
    assert seen.heat.shape == (3, *seen.grid.shape)
    assert seen.organs is not None
    assert seen.organs.shape == (8, *seen.grid.shape)


def test_nothing_outside_the_patient_is_evidence(prepared: Prepared) -> None:
    """A cell of less than half a patient holds no heat; of what lies within it none is lost."""
    body = np.zeros_like(prepared.lungs.body)
    body[20:61, 10:50, 20:71] = True
    around = see(replace(prepared, lungs=replace(prepared.lungs, body=np.ones_like(body))), random_network(1), CPU)
    within = see(replace(prepared, lungs=replace(prepared.lungs, body=body)), random_network(1), CPU)
    counted = np.zeros(around.heat.shape[1:], dtype=bool)
    counted[10:31, 5:25, 10:36] = True
    counted[30, :, 35] = False  # a quarter
    assert around.heat[:, ~counted].max() > 0
    assert within.heat[:, ~counted].max() == 0
    assert np.array_equal(around.heat[:, counted], within.heat[:, counted])


def test_what_does_not_fit_is_read_in_slabs_with_nearly_the_same_heat(prepared: Prepared) -> None:
    whole = see(prepared, random_network(1), CPU)
    in_slabs = see(prepared, short(prepared.hu.numel() - 1), CPU)
    assert [notice.text for notice in in_slabs.notices] == [
        "The graphics memory is too small for the whole scan; it was read in slabs, which is slower."
    ]
    apart = np.abs(in_slabs.heat - whole.heat)
    # Where slabs meet the network would have seen further: a little there, nothing elsewhere.
    assert apart.max() < 0.1 * whole.heat.max()
    assert apart.mean() < 0.005 * whole.heat.max()
    assert in_slabs.organs is not None
    assert whole.organs is not None
    assert (in_slabs.organs.argmax(0) == whole.organs.argmax(0)).mean() > 0.99


def test_in_slabs_a_head_of_parts_sees_the_whole(prepared: Prepared) -> None:
    room = prepared.hu.numel() - 1
    by_parts = []
    for alone, joined in ((random_network(1), random_network(1)), (short(room), short(room))):
        joined.add_part_head().weight.normal_(std=20, generator=torch.Generator().manual_seed(1))
        heat = see(prepared, joined, CPU).heat - see(prepared, alone, CPU).heat
        by_parts.append(heat.sum(axis=(1, 2, 3), dtype=np.float64))
    assert np.abs(by_parts[0]).min() > 1
    assert by_parts[1] == pytest.approx(by_parts[0], abs=0.1 * np.abs(by_parts[0]).max())


def test_what_does_not_fit_in_slabs_is_read_on_the_cpu(prepared: Prepared) -> None:
    network = short(0)
    network.tries = 6
    seen = see(prepared, network, CPU)
    assert [notice.text for notice in seen.notices] == [
        "The graphics memory is too small for this scan; it was read on the CPU, which is slower."
    ]
    assert np.array_equal(seen.heat, see(prepared, random_network(1), CPU).heat)
