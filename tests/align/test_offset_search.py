"""The search of an offset reads the lattice at every point for every step, whole rows at a time."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import arrays

from landuse.align.offset import Field, Term
from landuse.align.offset import _searched as searched

CELL_M = 50.0
ORIGIN = (1000.0, 2000.0)
OUTSIDE = 7.0
BLOCKS = 4
WHOLE = st.integers(-8, 8).map(float)


def lattice(coarse: np.ndarray) -> Field:
    return Field(ORIGIN, CELL_M, coarse.astype(np.float32), OUTSIDE, lambda at: np.zeros(len(at)))


def read(field: Field, place: np.ndarray) -> float:
    """Return the loss of the cell that holds a place, ``outside`` beyond all."""
    column, row = np.floor((place - np.asarray(field.origin)) / field.cell_m).astype(int)
    rows, columns = field.coarse.shape
    inside = 0 <= row < rows and 0 <= column < columns
    return float(field.coarse[row, column]) if inside else field.outside


@given(
    coarse=arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=WHOLE),
    points=arrays(np.float64, st.tuples(st.integers(1, 9), st.just(2)),
                  elements=st.floats(-400, 800)),
    sign=st.sampled_from([-1, 1]),
    reach=st.integers(1, 3),
)  # fmt: skip
def test_every_step_reads_every_point_where_it_would_lie(
    coarse: np.ndarray, points: np.ndarray, sign: int, reach: int
) -> None:
    field, places = lattice(coarse), points + ORIGIN
    # A place on the very edge of a cell may fall either way once a step is added to it.
    places = np.floor(places / CELL_M) * CELL_M + CELL_M / 2
    block = np.arange(len(places)) % BLOCKS
    term = Term.of(field, places, block=block, sign=sign)
    shifts, table = searched([term], reach_m=reach * CELL_M, blocks=BLOCKS)
    assert len(shifts) == (2 * reach + 1) ** 2
    for shift, of_blocks in zip(shifts, table, strict=True):
        for number in range(BLOCKS):
            mine = places[block == number]
            expected = sum(read(field, place + sign * shift) for place in mine) / len(places)
            assert abs(of_blocks[number] - expected) < 1e-12 * max(1.0, abs(expected))


def test_a_pit_is_found_where_the_points_would_lie_in_it() -> None:
    # Points lie 3 cells east and 2 north of the only cell that costs nothing: 150 m and 100 m.
    coarse = np.ones((21, 21))
    coarse[10, 10] = 0.0
    middle = np.add(ORIGIN, 10.5 * CELL_M)
    places = np.tile(middle + np.array([150.0, 100.0]), (8, 1))
    term = Term.of(lattice(coarse), places, block=np.arange(8) % BLOCKS, sign=-1)
    shifts, table = searched([term], reach_m=250.0, blocks=BLOCKS)
    assert shifts[np.argmin(table.sum(axis=1))].tolist() == [150.0, 100.0]
