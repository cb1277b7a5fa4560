"""How deep under the skin each place lies, in a built thorax as in a real one; coarse and cheap."""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas

_AIR_HU = -400.0
_COARSE_MM = 4.0
"""Devices and folds are placed to a few millimetres."""


def body_depth(canvas: Canvas) -> Tensor:
    """Return the distance to the skin, millimetres, positive inside the body; the lungs are body.

    Where the field ends inside the patient its edge is no skin: the depth goes on as if the body did. Clothes, blankets
    and a table that do not touch the patient broadly are left out. Cost at 2 mm: some 60 ms.
    """
    stride = max(1, round(_COARSE_MM / canvas.spacing_mm))
    hu = functional.avg_pool3d(canvas.hu[None, None], stride, ceil_mode=True)[0, 0].cpu().numpy()
    lung = functional.max_pool3d(canvas.lung.float()[None, None], stride, ceil_mode=True)[0, 0].cpu().numpy() > 0
    # The field's edge does not erode: the body goes on there.
    tissue = ndimage.binary_dilation(ndimage.binary_erosion(hu > _AIR_HU, border_value=1)) | lung
    labels, count = ndimage.label(tissue)
    if count == 0:
        return torch.full(canvas.shape, -_COARSE_MM)
    sizes = np.bincount(labels.ravel())[1:]
    body = labels == int(sizes.argmax()) + 1
    body = np.stack([ndimage.binary_fill_holes(plane) for plane in body])
    step = stride * canvas.spacing_mm
    inside, outside = ndimage.distance_transform_edt(body), ndimage.distance_transform_edt(~body)
    if body.all():
        return torch.full(canvas.shape, float(max(canvas.shape)) * canvas.spacing_mm)
    depth = torch.from_numpy(((inside - outside + np.where(body, -0.5, 0.5)) * step).astype(np.float32))
    fine = functional.interpolate(depth[None, None], scale_factor=stride, mode="trilinear")[0, 0]
    s, r, c = canvas.shape
    return fine[:s, :r, :c].contiguous().to(canvas.hu.device)
