"""The measures of two analyses side by side: fluid, heart, vessels, calcium."""

from __future__ import annotations

from ai.diffuse import PartChange, QuantityChange, Then
from ai.findings import Analysis, Quantity

OF_LUNGS = ("lung_volume", "lung_mass", "lung_density", "perc_15", "laa_950")
"""Measured anew in the same lobes where the model drew lobes; see ``lung_changes``."""
_DEPEND_ON_BREATH = ("lung_density", "perc_15", "laa_950")
_OF_ONE_SCAN = ("laa_950_even",)
"""Tells how far to believe another measure of the same scan; that one is compared."""


def quantity_changes(prior: Analysis, current: Analysis, left_out: tuple[str, ...] = ()) -> tuple[QuantityChange, ...]:
    """Return each measure of both analyses that at least one of them has a value of, in the current one's order."""
    before = {one.name: one for one in prior.quantities}
    passed_over = {*left_out, *_OF_ONE_SCAN}
    pairs = [(before.get(now.name), now) for now in current.quantities if now.name not in passed_over]
    return tuple(
        _change(then, now) for then, now in pairs if now.value is not None or (then and then.value is not None)
    )


def _change(then: Quantity | None, now: Quantity) -> QuantityChange:
    value = None if then is None else then.value
    parts = {} if then is None else dict(then.per_organ)
    return QuantityChange(
        now.name,
        now.title,
        now.unit,
        now.source,
        now.decimals,
        None if value is None else Then(value),
        now.value,
        _caveat(then, now),
        tuple(PartChange(organ, Then(parts[organ]), part) for organ, part in now.per_organ if organ in parts),
        now.name in _DEPEND_ON_BREATH,
    )


def _caveat(then: Quantity | None, now: Quantity) -> str:
    """Say why a side is missing, else what the measure's own caveat says of now."""
    if then is None:
        return "The prior was not measured."
    if then.value is None:
        return f"Then: {then.caveat}"
    return f"Now: {now.caveat}" if now.value is None else now.caveat
