"""Makes pictures of slices with VTK's imaging filters; no OpenGL window. Obeys a ``SliceLook`` and decides nothing."""

from viewer.rendering.change_colours import ChangeScale
from viewer.rendering.change_layer import DrawnChange
from viewer.rendering.colour_bar import ColourBar, change_bar, colour_bar
from viewer.rendering.picture import Picture
from viewer.rendering.shared_picture import shared_picture
from viewer.rendering.slice_renderer import SliceRenderer

__all__ = [
    "ChangeScale",
    "ColourBar",
    "DrawnChange",
    "Picture",
    "SliceRenderer",
    "change_bar",
    "colour_bar",
    "shared_picture",
]
