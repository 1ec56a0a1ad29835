"""The square the demo county stands on: its size, its random streams, its smooth fields.

All coordinates inside the demo are EPSG:4549 metres (CGCS2000, 3-degree zone, CM 120E).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from scipy import sparse

Array = npt.NDArray[Any]

WORK_CRS = "EPSG:4549"
CENTRE_XY = (450_000.0, 3_232_000.0)
CELL_M = 10.0
TERRAIN_M = 30.0
ADCODE = "990781"
COUNTY_NAME = "示例县"
YEARS = tuple(range(2014, 2024))


@dataclass(frozen=True)
class Plan:
    """How much of everything a county of one size holds (lengths in metres)."""

    side_m: float
    towns: int
    villages: int
    settlements: int
    factories: int
    zone_radius_m: tuple[float, ...]
    seat_radius_m: float
    town_radius_m: tuple[float, float]
    town_gap_m: float
    relief_m: float
    streams: int
    ponds: int
    hazards: int
    road_cell_m: float


PLANS = {
    "full": Plan(
        side_m=36_000.0,
        towns=16,
        villages=360,
        settlements=2_500,
        factories=800,
        zone_radius_m=(1_450.0, 1_100.0, 850.0),
        seat_radius_m=1_500.0,
        town_radius_m=(300.0, 520.0),
        town_gap_m=5_200.0,
        relief_m=900.0,
        streams=85,
        ponds=700,
        hazards=90,
        road_cell_m=150.0,
    ),
    # 33 million cells of 10 m, 20,000 parcels: what a big county asks of a machine.
    "large": Plan(
        side_m=57_600.0,
        towns=16,
        villages=540,
        settlements=4_000,
        factories=1_250,
        zone_radius_m=(1_800.0, 1_350.0, 1_050.0),
        seat_radius_m=1_850.0,
        town_radius_m=(300.0, 520.0),
        town_gap_m=8_300.0,
        relief_m=900.0,
        streams=210,
        ponds=1_700,
        hazards=150,
        road_cell_m=240.0,
    ),
    "small": Plan(
        side_m=6_000.0,
        towns=3,
        villages=8,
        settlements=50,
        factories=40,
        zone_radius_m=(430.0, 320.0),
        seat_radius_m=330.0,
        town_radius_m=(130.0, 170.0),
        town_gap_m=1_500.0,
        relief_m=330.0,
        streams=9,
        ponds=20,
        hazards=8,
        road_cell_m=60.0,
    ),
}


@dataclass(frozen=True)
class Frame:
    """One demo county to be made: its plan, seed and noise multiplier."""

    plan: Plan
    seed: int
    noise: float

    @property
    def west(self) -> float:
        """Return the easting of the left edge (m)."""
        return CENTRE_XY[0] - self.plan.side_m / 2

    @property
    def south(self) -> float:
        """Return the northing of the lower edge (m)."""
        return CENTRE_XY[1] - self.plan.side_m / 2

    @property
    def north(self) -> float:
        """Return the northing of the upper edge (m)."""
        return self.south + self.plan.side_m

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return (west, south, east, north) in metres of EPSG:4549."""
        return (self.west, self.south, self.west + self.plan.side_m, self.north)

    def rng(self, name: str) -> np.random.Generator:
        """Open the random stream of one component; streams do not disturb each other."""
        key = zlib.crc32(name.encode("utf-8"))
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(key,)))
        )

    def cells(self, cell_m: float) -> int:
        """Return the number of cells of `cell_m` metres along one side."""
        return round(self.plan.side_m / cell_m)

    def transform(self, cell_m: float) -> Affine:
        """Return the north-up transform of the square at `cell_m` metres."""
        return Affine(cell_m, 0.0, self.west, 0.0, -cell_m, self.north)

    def index(self, x: Array, y: Array, cell_m: float) -> tuple[Array, Array]:
        """Return (row, col) of points, clipped to the square."""
        last = self.cells(cell_m) - 1
        row = np.clip(((self.north - y) / cell_m).astype(int), 0, last)
        col = np.clip(((x - self.west) / cell_m).astype(int), 0, last)
        return row, col

    def centres(self, cell_m: float) -> tuple[Array, Array]:
        """Return eastings of the columns and northings of the rows (cell centres)."""
        offset = (np.arange(self.cells(cell_m)) + 0.5) * cell_m
        return self.west + offset, self.north - offset

    def place(self, uv: Array) -> Array:
        """Turn fractions of the square (0-1 east, 0-1 north) into metres."""
        corner = np.array([self.west, self.south])
        return np.asarray(np.asarray(uv) * self.plan.side_m + corner)


def _spline(count: int, step: float) -> sparse.csr_array:
    """Return cubic B-spline weights that spread a coarse row over `count` cells."""
    position = np.arange(count) / step
    base = np.floor(position).astype(int)
    t = position - base
    weights = np.stack(
        [
            (1 - t) ** 3 / 6,
            (3 * t**3 - 6 * t**2 + 4) / 6,
            (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
            t**3 / 6,
        ],
        axis=1,
    )
    rows = np.repeat(np.arange(count), 4)
    cols = (base[:, None] + np.arange(4)).ravel()
    shape = (count, int(base[-1]) + 4)
    return sparse.csr_array((weights.ravel().astype("float32"), (rows, cols)), shape=shape)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], *, cells: float) -> Array:
    """Draw a smooth random field, mean near 0 and standard deviation 1 (float32).

    Normal draws on a lattice `cells` apart are spread by cubic B-splines.
    """
    down, across = _spline(shape[0], cells), _spline(shape[1], cells)
    lattice = rng.standard_normal((down.shape[1], across.shape[1]), dtype="float32")
    field: Array = (across @ (down @ lattice).T).T
    return np.asarray(field / np.float32(max(float(field.std()), 1e-6)))


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], *, cells: float, octaves: int
) -> Array:
    """Sum octaves of smooth noise, each half as wide and half as strong (float32, std 1)."""
    total = np.zeros(shape, dtype="float32")
    for octave in range(octaves):
        width = max(cells / 2**octave, 1.0)
        total += smooth_noise(rng, shape, cells=width) * np.float32(0.5**octave)
    return total / np.float32(max(float(total.std()), 1e-6))


@dataclass(frozen=True)
class Warp:
    """A smooth displacement of the plane that keeps neighbours neighbours.

    The plane is moved by a sum of sine waves; `amplitude_m * 2 pi / wave_m` stays below 1, so
    the map is one to one and shapes that do not overlap stay apart.
    """

    waves: Array
    phases: Array
    amplitude_m: float

    @classmethod
    def draw(cls, rng: np.random.Generator, *, amplitude_m: float, wave_m: float) -> Warp:
        """Draw four waves of length about `wave_m` and total amplitude `amplitude_m`."""
        heading = rng.uniform(0, 2 * np.pi, (2, 4))
        length = wave_m * rng.uniform(0.9, 1.6, (2, 4))
        waves = 2 * np.pi / length[..., None] * np.stack([np.cos(heading), np.sin(heading)], -1)
        return cls(waves, rng.uniform(0, 2 * np.pi, (2, 4)), amplitude_m)

    def __call__(self, xy: Array) -> Array:
        """Move points, shape (n, 2), metres."""
        moved = np.array(xy, dtype=float, copy=True)
        origin = np.asarray(CENTRE_XY)
        for axis in (0, 1):
            angle = (np.asarray(xy) - origin) @ self.waves[axis].T + self.phases[axis]
            moved[:, axis] += self.amplitude_m * np.sin(angle).mean(axis=1)
        return moved


def smoothstep(low: float, high: float, value: Array) -> Array:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)
