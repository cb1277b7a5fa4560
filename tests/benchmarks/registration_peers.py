"""What others find on the same two scans: SimpleITK's B-splines and demons, elastix, convexAdam.

Each gets the lungs of both scans with a margin, 1.5 mm, densities clipped as ours are, and the settings its makers or
the usual papers give for lungs. Demons and convexAdam have no rigid stage: they begin from ours, whose time is counted
as theirs. B-splines and elastix find their own. B-splines are stopped after so many steps and tries along each, without
which they did not end within ten minutes; the others end by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import SimpleITK
import torch
from numpy.typing import NDArray
from scipy import ndimage

from ai.comparison import register_rigid
from ai.geometry import Matrix
from ai.volume import Volume, VoxelGrid
from tests.benchmarks.lung_box import around_the_lungs, lungs_of

SPACING_MM = 1.5
_MARGIN_MM = 30.0
_MASK_MM = 10.0
_SOFTEST_HU, _DENSEST_HU = -1000, 200
_MOST_STEPS, _MOST_TRIES = 15, 4
"""Of B-splines, on each of three levels; and along the line of each step."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a peer gets.

    Args:
        fixed, moving: the lungs of the current scan and of the prior with a margin, float32 HU, 1.5 mm.
        lungs: 1 within a centimetre of the current lungs, on the grid of ``fixed``: where sampling is worth most.
        grid: of ``fixed``.
    """

    fixed: SimpleITK.Image
    moving: SimpleITK.Image
    lungs: SimpleITK.Image
    grid: VoxelGrid


@dataclass(frozen=True, eq=False)
class FoundField:
    """Where tissue of the current scan lies in the prior, on a grid of the current scan.

    Args:
        places_mm: (3, s, r, c) LPS mm of the prior.
        grid: of the current scan.
    """

    places_mm: NDArray[np.float64]
    grid: VoxelGrid

    def to_prior(self, points_mm: Matrix) -> Matrix:
        """Map (n, 3) LPS mm, linearly between the grid's voxels."""
        indices = self.grid.indices(points_mm).T
        return np.stack([ndimage.map_coordinates(axis, indices, order=1, mode="nearest") for axis in self.places_mm], 1)

    @property
    def folds(self) -> float:
        """Share of voxels whose Jacobian is not positive."""
        slopes = np.stack([np.stack(np.gradient(axis)) for axis in self.places_mm.astype(np.float32)])
        jacobian = np.linalg.det(np.moveaxis(slopes, (0, 1), (-2, -1))) / np.linalg.det(self.grid.affine[:3, :3])
        return float((jacobian <= 0).mean())


def inputs_of(prior: Volume, current: Volume) -> Inputs:
    """Make both scans ready.

    Raises:
        ValueError: no lungs are found in one of them.
    """
    lungs = lungs_of(current)
    fixed, grid = around_the_lungs(current, lungs, _MARGIN_MM, SPACING_MM)
    moving, moving_grid = around_the_lungs(prior, lungs_of(prior), _MARGIN_MM, SPACING_MM)
    near = ndimage.distance_transform_edt(~lungs.mask, sampling=lungs.grid.spacing_mm) < _MASK_MM
    index_map = lungs.grid.inverse @ grid.affine
    mask = ndimage.affine_transform(near, index_map[:3, :3], index_map[:3, 3], output_shape=grid.shape, order=0)
    return Inputs(
        _image(_clipped(fixed), grid),
        _image(_clipped(moving), moving_grid),
        _image(mask.astype(np.uint8), grid),
        grid,
    )


def _clipped(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(hu, _SOFTEST_HU, _DENSEST_HU).astype(np.float32)


def _image(values: NDArray[np.generic], grid: VoxelGrid) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing(grid.spacing_mm[::-1])
    image.SetOrigin(grid.affine[:3, 3].tolist())
    image.SetDirection((grid.affine[:3, :3] / grid.spacing_mm)[:, ::-1].ravel().tolist())
    return image


def simpleitk_bspline(prior: Volume, current: Volume) -> FoundField:
    """Rigid by mutual information, then B-splines of 60, 30 and 15 mm by mean squares within the lungs."""
    inputs = inputs_of(prior, current)
    start = SimpleITK.CenteredTransformInitializer(
        inputs.fixed, inputs.moving, SimpleITK.Euler3DTransform(), SimpleITK.CenteredTransformInitializerFilter.GEOMETRY
    )
    rigid = _method(0.03)
    rigid.SetMetricAsMattesMutualInformation(32)
    rigid.SetOptimizerAsRegularStepGradientDescent(1.0, 1e-3, 100)
    rigid.SetOptimizerScalesFromPhysicalShift()
    rigid.SetInitialTransform(start, inPlace=True)
    rigid.Execute(inputs.fixed, inputs.moving)
    mesh = [max(2, round(n * SPACING_MM / 60)) for n in inputs.fixed.GetSize()]
    spline = SimpleITK.BSplineTransformInitializer(inputs.fixed, mesh)
    bending = _method(0.02)
    bending.SetMetricAsMeanSquares()
    bending.SetMetricFixedMask(inputs.lungs)
    bending.SetMovingInitialTransform(start)
    bending.SetInitialTransformAsBSpline(spline, inPlace=True, scaleFactors=[1, 2, 4])
    bending.SetOptimizerAsLBFGS2(
        solutionAccuracy=1e-3, numberOfIterations=_MOST_STEPS, lineSearchMaximumEvaluations=_MOST_TRIES
    )
    bending.Execute(inputs.fixed, inputs.moving)
    # Of a composite the last is applied first.
    return _field(SimpleITK.CompositeTransform([start, spline]), inputs)


def _method(share: float) -> SimpleITK.ImageRegistrationMethod:
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(share, seed=1)
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([3.0, 1.5, 0.0])
    return method


def _field(transform: SimpleITK.Transform, inputs: Inputs) -> FoundField:
    fixed = inputs.fixed
    place = (fixed.GetSize(), fixed.GetOrigin(), fixed.GetSpacing(), fixed.GetDirection())
    shifts = SimpleITK.TransformToDisplacementField(transform, SimpleITK.sitkVectorFloat64, *place)
    return _moved(np.moveaxis(SimpleITK.GetArrayFromImage(shifts), -1, 0), inputs.grid)


def _moved(shifts_mm: NDArray[np.float64], grid: VoxelGrid, pose: Matrix | None = None) -> FoundField:
    """Add shifts (3, s, r, c) to the grid's places; then a rigid motion, where there was one before."""
    index = np.indices(grid.shape, dtype=np.float64)
    places = np.tensordot(grid.affine[:3, :3], index, 1) + grid.affine[:3, 3, None, None, None] + shifts_mm
    if pose is not None:
        places = np.tensordot(pose[:3, :3], places, 1) + pose[:3, 3, None, None, None]
    return FoundField(places, grid)


def simpleitk_demons(prior: Volume, current: Volume) -> FoundField:
    """Diffeomorphic demons at 6, 3 and 1.5 mm from our rigid motion."""
    inputs, pose = inputs_of(prior, current), _rigid_pose(prior, current)
    moving = _laid_rigidly(inputs, pose)
    demons = SimpleITK.DiffeomorphicDemonsRegistrationFilter()
    demons.SetSmoothDisplacementField(True)
    demons.SetStandardDeviations(1.5)
    field: SimpleITK.Image | None = None
    for factor, count in ((4, 80), (2, 50), (1, 25)):
        demons.SetNumberOfIterations(count)
        ours, theirs = (_smaller(image, factor) for image in (inputs.fixed, moving))
        if field is None:
            field = demons.Execute(ours, theirs)
        else:
            field = demons.Execute(ours, theirs, SimpleITK.Resample(field, ours))
    return _moved(np.moveaxis(SimpleITK.GetArrayFromImage(field), -1, 0), inputs.grid, pose)


def _smaller(image: SimpleITK.Image, factor: int) -> SimpleITK.Image:
    return image if factor == 1 else SimpleITK.BinShrink(image, [factor] * 3)


def _rigid_pose(prior: Volume, current: Volume) -> Matrix:
    """Return the current scan's points → the prior's, 4×4."""
    return np.asarray(np.linalg.inv(register_rigid(prior, current).prior_to_current))


def _laid_rigidly(inputs: Inputs, pose: Matrix) -> SimpleITK.Image:
    rigid = SimpleITK.AffineTransform(3)
    rigid.SetMatrix(pose[:3, :3].ravel().tolist())
    rigid.SetTranslation(pose[:3, 3].tolist())
    return SimpleITK.Resample(inputs.moving, inputs.fixed, rigid, SimpleITK.sitkLinear, float(_SOFTEST_HU))


def elastix(prior: Volume, current: Volume) -> FoundField:
    """Rigid, then B-splines down to 10 mm by normalised correlation in the lungs (as Staring et al. in EMPIRE10)."""
    itk = import_module("itk")
    inputs = inputs_of(prior, current)
    fixed, moving, lungs = (_as_itk(image) for image in (inputs.fixed, inputs.moving, inputs.lungs))
    settings = itk.ParameterObject.New()
    rigid = settings.GetDefaultParameterMap("rigid", 4)
    rigid["AutomaticTransformInitializationMethod"] = ["GeometricalCenter"]
    bending = settings.GetDefaultParameterMap("bspline", 5, 10.0)
    bending["Registration"] = ["MultiResolutionRegistration"]
    bending["Metric"] = ["AdvancedNormalizedCorrelation"]
    bending["MaximumNumberOfIterations"] = ["1000"]
    bending["NumberOfSpatialSamples"] = ["2000"]
    bending["ErodeMask"] = ["false"]
    for stage in (rigid, bending):
        settings.AddParameterMap(stage)
    method = itk.ElastixRegistrationMethod.New(fixed, moving)
    method.SetFixedMask(lungs)
    method.SetParameterObject(settings)
    method.SetLogToConsole(False)
    method.UpdateLargestPossibleRegion()
    # It writes its field into the current folder.
    with TemporaryDirectory() as folder, chdir(folder):
        found = itk.transformix_deformation_field(moving, method.GetTransformParameterObject())
    return _moved(np.moveaxis(itk.GetArrayFromImage(found), -1, 0).astype(np.float64), inputs.grid)


def _as_itk(image: SimpleITK.Image) -> Any:
    itk = import_module("itk")
    same = itk.GetImageFromArray(SimpleITK.GetArrayFromImage(image))
    same.SetOrigin(image.GetOrigin())
    same.SetSpacing(image.GetSpacing())
    same.SetDirection(np.reshape(image.GetDirection(), (3, 3)))
    return same


def convex_adam(prior: Volume, current: Volume) -> FoundField:
    """The package's own settings (MIND features, ±36 mm at 1.5 mm, 80 steps of Adam) from our rigid motion."""
    convex_adam_pt = import_module("convexAdam.convex_adam_MIND").convex_adam_pt
    inputs, pose = inputs_of(prior, current), _rigid_pose(prior, current)
    found = convex_adam_pt(
        SimpleITK.GetArrayFromImage(inputs.fixed),
        SimpleITK.GetArrayFromImage(_laid_rigidly(inputs, pose)),
        dtype=torch.float32,
        device=torch.device("cpu"),
    )
    voxels = np.moveaxis(found, -1, 0)
    return _moved(np.tensordot(inputs.grid.affine[:3, :3], voxels, 1), inputs.grid, pose)


PEERS: dict[str, Callable[[Volume, Volume], FoundField]] = {
    "SimpleITK rigid + B-spline": simpleitk_bspline,
    "SimpleITK demons": simpleitk_demons,
    "elastix": elastix,
    "convexAdam": convex_adam,
}
