"""Devices in and on the chest: those the model learns, and those that only look like them."""

from ai.phantom.drawable import Drawable
from ai.phantom.lesions.devices import (
    catheters,
    chest_tube,
    implants,
    pacemaker,
    sternotomy,
    tracheal_tube,
    worn,
)

DRAWABLES: tuple[Drawable, ...] = (
    *sternotomy.DRAWABLES,
    *pacemaker.DRAWABLES,
    *catheters.DRAWABLES,
    *tracheal_tube.DRAWABLES,
    *chest_tube.DRAWABLES,
    *implants.DRAWABLES,
    *worn.DRAWABLES,
)
"""In the order of drawing: what lies on the skin comes last."""
