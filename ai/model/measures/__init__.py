"""Measures of a scan that need no learning beyond the maps of lungs and organs."""

from ai.model.measures.quantities import quantities_of

__all__ = ["quantities_of"]
