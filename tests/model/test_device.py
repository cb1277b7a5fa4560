"""Where the network runs is the reader's wish, and a wish that cannot be met is told."""

from __future__ import annotations

import pytest
import torch

from ai.model import ModelError
from ai.model.device import chosen_device


@pytest.mark.parametrize(
    ("wish", "has_gpu", "device"),
    [
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cpu", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_wishes(monkeypatch: pytest.MonkeyPatch, wish: str, has_gpu: bool, device: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    assert chosen_device(wish) == torch.device(device)


def test_no_gpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match=r"No CUDA device.*--device cpu or auto"):
        chosen_device("cuda")


@pytest.mark.parametrize("wish", ["", "gpu", "CPU", "cuda:1"])
def test_what_is_no_device_is_told(wish: str) -> None:
    with pytest.raises(ModelError, match="choose auto, cpu or cuda"):
        chosen_device(wish)
