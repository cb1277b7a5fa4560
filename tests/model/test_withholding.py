"""A grave doubt is an answer, any other refusal is none."""

from __future__ import annotations

import pytest

from ai.findings import Analysis, Doubt
from ai.model import Bundle, ModelError, withholding
from ai.model.doubt import ScanDoubted
from tests.support.readings import CARD, scan_of


class StandInBundle(Bundle):
    """A bundle of which only the card is asked."""

    def __init__(self) -> None:
        object.__setattr__(self, "card", CARD)


def reading_that_raises(error: ModelError, monkeypatch: pytest.MonkeyPatch) -> Analysis:
    """Return what is made of a refusal."""

    def refuse(*asked: object) -> Analysis:
        raise error

    monkeypatch.setattr(withholding, "analyse", refuse)
    return withholding.analyse_or_withhold(scan_of().volume, StandInBundle())


def test_a_grave_doubt_becomes_a_reading_without_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    doubt = Doubt("This is a head.", True)
    said = reading_that_raises(ScanDoubted((doubt,)), monkeypatch)
    assert said.withheld
    assert (said.findings, said.doubts, said.card) == ((), (doubt,), CARD)


def test_another_refusal_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="no such device"):
        reading_that_raises(ModelError("There is no such device."), monkeypatch)
