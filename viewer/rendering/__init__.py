"""Makes pictures of slices with VTK's imaging filters; no OpenGL window. Obeys a ``SliceLook`` and decides nothing."""

from viewer.rendering.colour_bar import ColourBar, colour_bar
from viewer.rendering.picture import Picture
from viewer.rendering.slice_renderer import SliceRenderer

__all__ = ["ColourBar", "Picture", "SliceRenderer", "colour_bar"]
