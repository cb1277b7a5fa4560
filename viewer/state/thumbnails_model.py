"""The small pictures of the series that the reader has come past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from ai.series import Series
from viewer.state.observed import Observed


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A series' middle slice, uint8 [row, column], of as many slices as it had then; None where it cannot be read."""

    grey: NDArray[np.uint8] | None
    slices: int


class ThumbnailsModel(Observed[Mapping[str, Thumbnail]]):
    """Thumbnails by series UID; kept until another study takes their place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(MappingProxyType({}), parent)

    def of(self, series: Series) -> Thumbnail | None:
        """Return the thumbnail of a series, None where it is not drawn yet."""
        return self.value.get(series.uid)

    def keep(self, series: Series, grey: NDArray[np.uint8] | None) -> None:
        """One was drawn; None: it cannot be."""
        self._become(MappingProxyType({**self.value, series.uid: Thumbnail(grey, series.shape[0])}))

    def clear(self) -> None:
        """Forget all of them."""
        self._become(MappingProxyType({}))
