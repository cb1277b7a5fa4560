"""Several processes that learn as one, as ``torchrun`` starts them; or one alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

_PATIENCE = timedelta(hours=12)
"""One process makes scans ready or measures while the others wait."""


@dataclass(frozen=True)
class Processes:
    """Which process this is of how many; the first speaks and writes for all.

    Args:
        rank: of this one, 0 the first.
        count: of all.
        device: where this one computes.
    """

    rank: int = 0
    count: int = 1
    device: str = "cpu"

    @property
    def first(self) -> bool:
        """True for the process that writes."""
        return self.rank == 0

    def average(self, values: Tensor) -> Tensor:
        """Return the mean over all processes; each must ask with a tensor of the same shape."""
        if self.count == 1:
            return values
        total = values.clone()
        distributed.all_reduce(total)
        return total / self.count

    def gathered(self, values: Tensor) -> Tensor:
        """Return what every process has, stacked by rank."""
        if self.count == 1:
            return values[None]
        parts = [torch.empty_like(values) for _ in range(self.count)]
        distributed.all_gather(parts, values.contiguous())
        return torch.stack(parts)

    def wait(self) -> None:
        """Wait for all."""
        if self.count > 1:
            distributed.barrier()


@contextmanager
def joined(device: str, environment: Mapping[str, str] | None = None) -> Iterator[Processes]:
    """Join the processes that ``torchrun`` started, by gloo on CPUs and nccl on GPUs; alone where there are none.

    Args:
        device: ``cpu`` or ``cuda``; each process takes the GPU of its local rank.
        environment: where ``RANK``, ``WORLD_SIZE`` and ``LOCAL_RANK`` are told; the process's own by default.
    """
    told = os.environ if environment is None else environment
    count = int(told.get("WORLD_SIZE", "1"))
    if count == 1 or "RANK" not in told:
        yield Processes(device=device)
        return
    local = int(told.get("LOCAL_RANK", "0"))
    mine = f"cuda:{local}" if device.startswith("cuda") else "cpu"
    if mine != "cpu":
        torch.cuda.set_device(local)
    distributed.init_process_group("gloo" if mine == "cpu" else "nccl", timeout=_PATIENCE)
    try:
        yield Processes(int(told["RANK"]), count, mine)
    finally:
        distributed.destroy_process_group()
