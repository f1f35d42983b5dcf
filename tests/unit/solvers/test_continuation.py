"""Smooth continuation: against dense least squares, and the laws that its energies imply."""

import itertools
import time

import numpy as np
import pytest
from skimage.restoration import inpaint_biharmonic

from tacit.solvers import continuation, pyramid_fill, smooth_continuation

FILLS = {
    "pyramid": pyramid_fill,
    "order 1": lambda *given: smooth_continuation(*given, order=1),
    "order 2": lambda *given: smooth_continuation(*given, order=2),
}

# Shape, modes, share missing, and axes along which the holes are the same.
CASES = {
    "a series": ((40,), (0,), 0.5, ()),
    "two of a series": ((2,), (0,), 0.5, ()),
    "a picture": ((13, 11), (0, 1), 0.6, ()),
    "a narrow picture": ((2, 17), (0, 1), 0.5, ()),
    "a film": ((6, 5, 7), (0, 1, 2), 0.7, ()),
    "four modes": ((3, 4, 3, 4), (0, 1, 2, 3), 0.6, ()),
    "channels": ((9, 10, 3), (0, 1), 0.5, (2,)),
    "channels first, holes apart": ((3, 9, 10), (1, -1), 0.5, ()),
    "frames with channels": ((8, 3, 7, 2), (2, 0), 0.5, (1,)),
    "series side by side": ((4, 12, 3), (1,), 0.4, (0,)),
}


def holes(shape, share, same=(), seed=0):
    drawn = tuple(1 if axis in same else side for axis, side in enumerate(shape))
    missing = np.random.default_rng(seed).random(drawn) < share
    return np.broadcast_to(missing, shape).copy()


def noise(shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


def differences(shape, modes, order):
    """The rows of an energy, by differences of the unit arrays."""
    units = np.eye(int(np.prod(shape))).reshape(*shape, -1)
    if order == 1:
        rows = [np.diff(units, axis=d) for d in modes]
    else:
        rows = [np.diff(units, 2, axis=d) for d in modes]
        rows += [
            np.sqrt(2) * np.diff(np.diff(units, axis=d), axis=e)
            for d, e in itertools.combinations(modes, 2)
        ]
    return np.concatenate([block.reshape(-1, units.shape[-1]) for block in rows])


def dense(values, missing, modes, order):
    """The fill of least energy, by least squares."""
    modes = [mode % values.ndim for mode in modes]
    rows, at = differences(values.shape, modes, order), missing.ravel()
    filled = values.ravel().copy()
    filled[at] = np.linalg.lstsq(rows[:, at], -rows[:, ~at] @ filled[~at])[0]
    return filled.reshape(values.shape)


def energy(x, order):
    return np.sum((differences(x.shape, range(x.ndim), order) @ x.ravel()) ** 2)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_it_is_the_least_squares_fill(name, order):
    shape, modes, share, same = CASES[name]
    missing, values = holes(shape, share, same), noise(shape)
    if name == "two of a series":
        missing = np.array([False, True])
        expected = np.repeat(values[:1], 2)
    else:
        expected = dense(values, missing, modes, order)
    found = smooth_continuation(np.where(missing, np.nan, values), missing, modes, order=order)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", [n for n in CASES if n not in ("a series", "two of a series")])
def test_iterations_find_the_same_fill(name, order, monkeypatch):
    """As where there is too much to factorise: preconditioned on several scales."""
    monkeypatch.setattr(continuation, "_PATIENCE", -1.0)
    monkeypatch.setattr(continuation, "_COARSEST", 5)
    monkeypatch.setattr(continuation, "_TOLERANCE", 1e-10)
    shape, modes, share, same = CASES[name]
    missing, values = holes(shape, share, same), noise(shape)
    found = smooth_continuation(values, missing, modes, order=order)
    expected = dense(values, missing, modes, order)
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize(
    ("shape", "hole"),
    [((70, 61), np.s_[10:50, 8:57]), ((50, 47), np.s_[:40, :]), ((16, 17, 18), np.s_[3:13, :, 2:])],
)
def test_both_roads_agree_on_deep_holes(shape, hole, monkeypatch):
    missing = np.zeros(shape, bool)
    missing[hole] = True
    values, modes = noise(shape), range(len(shape))
    iterations = []
    monkeypatch.setattr(continuation, "_COARSEST", 50)
    ratio = continuation._ratio
    monkeypatch.setattr(continuation, "_ratio", lambda *ab: iterations.append(ab) or ratio(*ab))
    for order in (1, 2):
        monkeypatch.setattr(continuation, "_PATIENCE", np.inf)
        exact = smooth_continuation(values, missing, modes, order=order)
        assert not iterations
        monkeypatch.setattr(continuation, "_PATIENCE", -1.0)
        found = smooth_continuation(values, missing, modes, order=order)
        # Two ratios an iteration. Without the coarser scales it takes hundreds of iterations.
        assert 0 < len(iterations) <= 2 * 90
        iterations.clear()
        np.testing.assert_allclose(found, exact, atol=2e-4 * np.ptp(exact))


def test_many_blocks_are_one(monkeypatch):
    values, missing = noise((60, 60)), holes((60, 60), 0.1)
    whole = smooth_continuation(values, missing, (0, 1))
    monkeypatch.setattr(continuation, "_BLOCK", 7)
    monkeypatch.setattr(continuation, "_ROWS", 5)
    cut = smooth_continuation(values, missing, (0, 1))
    np.testing.assert_allclose(cut, whole, atol=1e-12)


@pytest.mark.parametrize("patience", [0.5, -1.0])
@pytest.mark.parametrize("shape", [(90,), (40, 33), (14, 12, 13)])
def test_affine_functions_are_continued(shape, patience, monkeypatch):
    monkeypatch.setattr(continuation, "_PATIENCE", patience)
    slopes = np.arange(1.0, len(shape) + 1) * [1, -2, 0.5][: len(shape)]
    affine = 7 + np.tensordot(slopes, np.indices(shape), axes=1)
    missing = holes(shape, 0.7)
    found = smooth_continuation(np.where(missing, 0, affine), missing, range(len(shape)))
    np.testing.assert_allclose(
        found, affine, atol=(1e-6 if patience < 0 else 1e-12) * np.ptp(affine)
    )


@pytest.mark.parametrize("fill", FILLS)
def test_constants_are_continued(fill):
    missing = holes((20, 30, 2), 0.8)
    found = FILLS[fill](np.where(missing, np.nan, 0.1), missing, (0, 1))
    np.testing.assert_allclose(found, 0.1, rtol=1e-14)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_what_is_observed_is_kept_bit_for_bit(fill, dtype):
    values = (1000 * noise((20, 30, 2))).astype(dtype)
    missing = holes(values.shape, 0.5)
    before = values.copy(), missing.copy()
    found = FILLS[fill](values, missing, (0, 1))
    assert found.dtype == (np.float64 if dtype is np.int16 else dtype)
    assert found.shape == values.shape
    assert found[~missing].tobytes() == values[~missing].astype(found.dtype).tobytes()
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(values, before[0])
    np.testing.assert_array_equal(missing, before[1])
    nothing = FILLS[fill](values, np.zeros_like(missing), (0, 1))
    np.testing.assert_array_equal(nothing, values)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("patience", [0.5, -1.0])
def test_units_and_offsets_change_nothing(fill, patience, monkeypatch):
    monkeypatch.setattr(continuation, "_PATIENCE", patience)
    values, missing = noise((30, 20, 2)), holes((30, 20, 2), 0.6)
    plain = FILLS[fill](values, missing, (0, 1))
    other = FILLS[fill](-40 + 1e3 * values, missing, (0, 1))
    np.testing.assert_allclose(other, -40 + 1e3 * plain, atol=1e-7)


@pytest.mark.parametrize("fill", FILLS)
def test_axes_may_be_turned(fill):
    values, missing = noise((10, 9, 3, 8)), holes((10, 9, 3, 8), 0.5, (2,))
    plain = FILLS[fill](values, missing, (0, 3))
    turned = FILLS[fill](values.transpose(3, 2, 1, 0), missing.transpose(3, 2, 1, 0), (0, 3))
    np.testing.assert_allclose(turned.transpose(3, 2, 1, 0), plain, atol=1e-12)


@pytest.mark.parametrize("fill", FILLS)
def test_slices_are_filled_alone(fill):
    """Each from its own entries only, whichever slices have the same holes."""
    values, missing = noise((14, 3, 12, 2)), holes((14, 3, 12, 2), 0.5, (3,))
    together = FILLS[fill](values, missing, (0, 2))
    for i, j in itertools.product(range(3), range(2)):
        alone = FILLS[fill](values[:, i, :, j], missing[:, i, :, j], (0, 1))
        np.testing.assert_allclose(together[:, i, :, j], alone, atol=1e-12)


@pytest.mark.parametrize("fill", ["pyramid", "order 1"])
@pytest.mark.parametrize("patience", [0.5, -1.0])
def test_order_1_stays_within_what_is_observed(fill, patience, monkeypatch):
    monkeypatch.setattr(continuation, "_PATIENCE", patience)
    for share in (0.3, 0.9):
        values, missing = noise((40, 50, 2)), holes((40, 50, 2), share)
        found = FILLS[fill](values, missing, (0, 1))
        for channel in range(2):
            seen = values[..., channel][~missing[..., channel]]
            assert found[..., channel].min() >= seen.min() - 1e-5
            assert found[..., channel].max() <= seen.max() + 1e-5


def test_each_order_has_the_least_energy_of_its_own():
    values, missing = noise((20, 15)), holes((20, 15), 0.6)
    found = [smooth_continuation(values, missing, (0, 1), order=order) for order in (1, 2)]
    cheap = pyramid_fill(values, missing, (0, 1))
    for order in (1, 2):
        own, other = found[order - 1], found[2 - order]
        assert energy(own, order) < energy(other, order)
        assert (
            energy(own, order) < energy(cheap, order) < energy(np.where(missing, 0, values), order)
        )


def test_a_long_gap_is_a_cubic():
    """Where fourth differences vanish on all sides the fill is the cubic itself."""
    for length in (300, 3000, 10_000):
        t = np.linspace(-1, 1, length + 20)
        cubic = 3 + t**3 - t + 0.3 * t**2
        missing = np.zeros(t.size, bool)
        missing[10:-10] = True
        found = smooth_continuation(np.where(missing, np.nan, cubic), missing, (0,))
        np.testing.assert_allclose(found, cubic, atol=1e-9)
        line = smooth_continuation(cubic, missing, (0,), order=1)
        ends = np.interp(np.flatnonzero(missing), [9, t.size - 10], cubic[[9, t.size - 10]])
        np.testing.assert_allclose(line[missing], ends, atol=1e-7)


@pytest.mark.parametrize(
    "seen",
    [
        {(3, 4): 5.0},
        {(0, 0): 1.0, (8, 8): 3.0},
        {(2, 0): 1.0, (2, 3): -1.0, (2, 9): 4.0},
        {(0, 2): 1.0, (3, 3): 2.0, (6, 4): 3.0, (9, 5): 4.0},
    ],
)
def test_too_little_for_a_plane(seen):
    """Entries on one line: of the fills of least energy, that of least energy of order 1."""
    values, missing = np.zeros((10, 12, 2)), np.ones((10, 12, 2), bool)
    for place, value in seen.items():
        values[place] = value, -value
        missing[place] = False
    missing[:, :, 1] |= holes((10, 12), 0.5)
    missing[3, 4, 1] = missing[0, 0, 1] = False
    one, at = missing[..., 0], missing[..., 0].ravel()
    # A little of the energy of order 1 singles its least out.
    rows = np.concatenate(
        [differences((10, 12), (0, 1), 2), 1e-5 * differences((10, 12), (0, 1), 1)]
    )
    expected = values[..., 0].ravel().copy()
    expected[at] = np.linalg.lstsq(rows[:, at], -rows[:, ~at] @ expected[~at])[0]
    found = smooth_continuation(values, missing, (0, 1))
    np.testing.assert_allclose(found[..., 0].ravel(), expected, atol=1e-5)
    alone = smooth_continuation(values[..., 0], one, (0, 1))
    np.testing.assert_allclose(alone, found[..., 0], atol=1e-12)


@pytest.mark.parametrize("fill", FILLS)
def test_a_slice_of_which_nothing_is_observed_is_the_mean(fill):
    values, missing = noise((9, 8, 3)), holes((9, 8, 3), 0.4)
    missing[..., 1] = True
    found = FILLS[fill](np.where(missing, np.inf, values), missing, (0, 1))
    np.testing.assert_allclose(found[..., 1], values[~missing].mean(), atol=1e-12)
    without = FILLS[fill](values[..., ::2], missing[..., ::2], (0, 1))
    np.testing.assert_allclose(found[..., ::2], without, atol=1e-12)


@pytest.mark.parametrize("share", [0.3, 0.7, None])
def test_no_worse_than_scikit_image(share):
    """Their biharmonic equation is that of order 2 away from the edges."""
    down, along = np.meshgrid(np.linspace(0, 3, 48), np.linspace(0, 2, 40), indexing="ij")
    smooth = np.sin(2 * down) * np.cos(3 * along) + 0.2 * down * along
    if share is None:
        missing = np.zeros(smooth.shape, bool)
        missing[15:30, 12:25] = True
    else:
        missing = holes(smooth.shape, share)
    theirs = inpaint_biharmonic(np.where(missing, 0, smooth), missing)
    ours = smooth_continuation(smooth, missing, (0, 1))
    inner = np.zeros_like(missing)
    inner[6:-6, 6:-6] = missing[6:-6, 6:-6]
    assert np.abs(ours - theirs)[inner].max() < 0.05 * smooth.std()
    wrong = [np.sqrt(np.mean((x - smooth)[missing] ** 2)) for x in (ours, theirs)]
    assert wrong[0] <= 1.05 * wrong[1]


@pytest.mark.parametrize("shape", [(200,), (40, 50, 2), (12, 13, 14)])
def test_a_deadline(shape, monkeypatch):
    values, missing = noise(shape), holes(shape, 0.7)
    modes = range(min(len(shape), 2))
    past = smooth_continuation(values, missing, modes, deadline=time.monotonic() - 1)
    np.testing.assert_array_equal(past, pyramid_fill(values, missing, modes))
    ahead = smooth_continuation(values, missing, modes, deadline=time.monotonic() + 60)
    np.testing.assert_array_equal(ahead, smooth_continuation(values, missing, modes))

    # A clock that ticks at every look: it passes in the middle of the work.
    monkeypatch.setattr(continuation, "_BLOCK", 10)
    monkeypatch.setattr(continuation, "_PATIENCE", 1e-6)
    energies = []
    for looks in range(1, 60, 3):
        clock = itertools.count()
        monkeypatch.setattr(continuation.time, "monotonic", lambda clock=clock: next(clock))
        found = smooth_continuation(values, missing, modes, deadline=float(looks))
        monkeypatch.undo()
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(found[~missing], values[~missing])
        energies.append(sum(np.sum(np.diff(found, 2, axis=mode) ** 2) for mode in modes))
    assert energies[-1] < energies[0]


def test_it_refuses():
    values, missing = noise((5, 6)), holes((5, 6), 0.5)
    with pytest.raises(ValueError, match="order must be 1 or 2, got 3"):
        smooth_continuation(values, missing, (0, 1), order=3)
    for fill in (pyramid_fill, smooth_continuation):
        name = fill.__name__
        with pytest.raises(ValueError, match=rf"{name}: values have shape \(5, 6\), missing \(5,"):
            fill(values, missing[:, :5], (0, 1))
        for modes in ((), (2,), (0, -3)):
            with pytest.raises(ValueError, match=f"{name}: modes must be axes of 2"):
                fill(values, missing, modes)
        with pytest.raises(ValueError, match=f"{name}: modes must be distinct"):
            fill(values, missing, (0, -2))
        with pytest.raises(ValueError, match=f"{name}: nothing is observed"):
            fill(values, np.ones_like(missing), (0, 1))
        with pytest.raises(ValueError, match=f"{name}: nothing is observed"):
            fill(values[:0], missing[:0], (0, 1))
        with pytest.raises(ValueError, match=f"{name}: an observed entry is not finite"):
            fill(np.where(missing, values, np.inf), missing, (0, 1))
