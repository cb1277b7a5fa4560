"""What a card says before its figures."""

from __future__ import annotations

from dataclasses import replace

from ai.findings import Thresholds
from ai.model import load_bundle
from ai.training.card import card_text


def test_what_was_not_learned_is_not_said_to_be_looked_for() -> None:
    description = load_bundle().description
    assert "Has not learned" not in card_text(description)
    last = replace(description, thresholds=(*description.thresholds[:-1], Thresholds.never()))
    lines = card_text(last).splitlines()
    (looked,) = (line for line in lines if line.startswith("**Looks for**"))
    (vain,) = (line for line in lines if line.startswith("**Has not learned**"))
    assert "sternotomy" in vain
    assert "sternotomy" not in looked
    assert "nodule" in looked
