"""Mixed-integer programmes through HiGHS, which is kept from writing on the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Found:
    """Values of the variables, the relative gap the solver proved, and the bound it rests on."""

    x: NDArray[np.float64]
    gap: float
    bound: float


def solved(
    cost: NDArray[np.float64], rules: Sequence[scipy.optimize.LinearConstraint], *,
    integrality: NDArray[np.float64], bounds: scipy.optimize.Bounds, gap: float, nodes: int,
) -> Found | None:  # fmt: skip
    """Minimise ``cost @ x`` under linear rules, to a relative ``gap`` or so many branches.

    The clock never stops it: a slow machine gives the same answer. None where no values keep all
    rules, or none were found in so many branches.
    """
    with kept_quiet():
        found = scipy.optimize.milp(
            cost, integrality=integrality, bounds=bounds, constraints=rules,
            options={"mip_rel_gap": gap, "node_limit": nodes},
        )  # fmt: skip
    if found.x is None:
        return None
    return Found(x=found.x, gap=float(found.mip_gap or 0.0), bound=float(found.mip_dual_bound))


@contextmanager
def kept_quiet() -> Iterator[None]:
    """Close the terminal to the solver: HiGHS prints lines of its own whatever it is told."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
