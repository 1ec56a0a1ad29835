"""Makes the compiled loops ready beside other work: compiled once a machine, then read back."""

from __future__ import annotations

import numpy as np


def warm_zonal() -> None:
    """Call every loop of the engine once, on a triangle, for every kind of cell.

    The first process on a machine compiles (others wait and read), later ones read what is kept.
    """
    import shapely

    from landuse.compiled import one_compiler
    from landuse.indicators.engine.codes import Codes
    from landuse.indicators.engine.cover import cover_of
    from landuse.indicators.engine.least_cost import least_costs
    from landuse.indicators.engine.rings import rings_of
    from landuse.indicators.engine.slope import lowest_within, medians_3x3, slope_degrees
    from landuse.indicators.engine.trace import Frame

    with one_compiler():
        triangle = np.array([shapely.Polygon([(0, 0), (2, 0), (2, 2)])])
        cover = cover_of(rings_of(triangle), Frame(0.0, 2.0, 1.0, -1.0, 2, 2), threads=1)
        cover.touched(4)
        for kind in (np.uint8, np.uint16):
            cover.classes(np.zeros((2, 2), kind), Codes((0,)))
        for measure in (np.float32, np.float64):
            cover.numbers(np.zeros((2, 2), measure), None)
            cover.medians(np.zeros((2, 2), measure), None)
        slope_degrees(np.zeros((5, 5)), cell_m=1.0, threads=1)
        medians_3x3(np.zeros((3, 3)), threads=1)
        lowest_within(np.zeros((2, 2)), np.ones((1, 2)), cell_m=1.0, radius_m=1.0)
        one = np.zeros(1, np.int64)
        least_costs(np.full((1, 1), np.inf), one, starts=one, start_costs=np.zeros(1), ends=one,
                    wave=1.0)  # fmt: skip
