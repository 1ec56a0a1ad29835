"""Matching of projects to sites at full size: how long it takes, and that it is the optimum.

    python benchmarks/matching.py [--projects 200] [--sites 2000] [--seeds 1 2 3] [--whole]

Sites are made: sizes log-normal, overlapping alternatives in groups of four, a third of what is
known left out. Three portfolios a seed: land in plenty, scarce, very scarce. Prints a line each:
pairs that nothing bars, pairs the programme needed, projects placed, worth, bound, seconds; with
``--whole`` also the seconds of the same programme given to the solver whole.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, hstack, vstack

from landuse.plans.matching.assign import assign
from landuse.plans.matching.fit import hold_against
from landuse.plans.matching.match import market_of, match_projects
from landuse.plans.matching.programme import Market
from landuse.plans.matching.terms import MatchSettings

SCARCITY = {"plenty": 0.0, "scarce": 1.0, "very scarce": 2.0}


def made(
    seed: int, *, projects: int, sites: int, scarcity: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return random projects and sites."""
    rng = np.random.default_rng(seed)

    def some(values: np.ndarray) -> np.ndarray:
        return np.where(rng.random(len(values)) < 0.3, np.nan, values)

    group = np.arange(sites) // 4 * 4
    members = [f"P{g + a};P{g + b}" if a != b else f"P{g + a}"
               for g, a, b in zip(group, rng.integers(0, 4, sites), rng.integers(0, 4, sites),
                                  strict=True)]  # fmt: skip
    offered = pd.DataFrame({
        "site_id": [f"S{k:05d}" for k in range(sites)], "members": members,
        "kind": ["assembly" if ";" in one else "plot" for one in members],
        "area_mu": np.exp(rng.normal(3 - scarcity, 1, sites)).round(2),
        "rect_width_m": some(rng.uniform(20, 200, sites)),
        "rect_length_m": some(rng.uniform(40, 400, sites)),
        "slope_deg": some(rng.uniform(0, 14, sites)), "ramp_m": some(rng.uniform(0, 2e4, sites)),
        "sensitive_m": some(rng.uniform(0, 900, sites)), "ops": some(rng.uniform(0, 100, sites)),
        "growth_share": some(rng.uniform(0, 1, sites)), "zone_in": rng.random(sites) < 0.5,
        "uses": rng.choice(["industry;small_enterprise_park", "mixed_use", "reclaim"], sites),
        "town_name": "", "zone_name": "", "veto": "",
    })  # fmt: skip
    asked = pd.DataFrame({
        "project_id": [f"J{k:04d}" for k in range(projects)], "project_name": "",
        "area_mu": np.exp(rng.normal(3, 0.8, projects)).round(2),
        "width_m": some(rng.uniform(10, 90, projects)), "length_m": np.nan,
        "slope_most_deg": some(np.full(projects, 8.0)),
        "ramp_most_km": some(np.full(projects, 15.0)),
        "industry_code": "", "division": pd.array(rng.choice([17, 33, 65], projects), "Int64"),
        "far_min": 1.0, "zone_need": rng.choice(["", "in", "out"], projects, p=[0.6, 0.3, 0.1]),
        "sensitive_least_m": np.nan, "priority": rng.integers(1, 4, projects).astype("float64"),
    })  # fmt: skip
    return asked, offered


def whole(market: Market) -> tuple[float, float]:
    """Return the optimum and the seconds of the programme written out whole."""
    pairs, sites = len(market.project), len(market.room)
    once = csr_matrix((np.ones(pairs), (market.project, np.arange(pairs))),
                      shape=(market.projects, pairs))  # fmt: skip
    load = csr_matrix((market.load / market.room[market.site], (market.site, np.arange(pairs))),
                      shape=(sites, pairs))  # fmt: skip
    names = sorted({plot for plots in market.members for plot in plots})
    place = {name: row for row, name in enumerate(names)}
    rows = [place[plot] for plots in market.members for plot in set(plots)]
    columns = [site for site, plots in enumerate(market.members) for _ in set(plots)]
    plots = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), sites))
    opened = -csr_matrix((np.ones(sites), (np.arange(sites), np.arange(sites))), (sites, sites))
    matrix = vstack([
        hstack([once, csr_matrix((market.projects, sites))]), hstack([load, opened]),
        hstack([csr_matrix((len(names), pairs)), plots]),
    ])  # fmt: skip
    most = np.r_[np.ones(market.projects), np.zeros(sites), np.ones(len(names))]
    start = time.perf_counter()
    rules = LinearConstraint(csr_matrix(matrix), -np.inf, most)
    found = milp(np.r_[-market.worth, np.zeros(sites)], integrality=np.ones(pairs + sites),
                 bounds=Bounds(0, 1), constraints=rules,
                 options={"mip_rel_gap": 1e-6, "time_limit": 300})  # fmt: skip
    return float(-found.fun), time.perf_counter() - start


def main() -> None:
    """Run the benchmark and print a line a portfolio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--sites", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--whole", action="store_true")
    chosen = parser.parse_args()
    settings = MatchSettings()
    for seed in chosen.seeds:
        for name, scarcity in SCARCITY.items():
            asked, offered = made(seed, projects=chosen.projects, sites=chosen.sites,
                                  scarcity=scarcity)  # fmt: skip
            start = time.perf_counter()
            found = match_projects(projects=asked, sites=offered, settings=settings)["summary"]
            stage = time.perf_counter() - start
            market = market_of(hold_against(asked, offered, settings=settings), settings)
            start = time.perf_counter()
            best = assign(market)
            alone = time.perf_counter() - start
            row = found.iloc[0]
            line = (f"seed {seed} {name}: {row['feasible_pairs']} pairs, "
                    f"{best.pairs_tried} needed, {row['placed']} placed, "
                    f"{row['outbid']} outbid, {row['nowhere']} nowhere, "
                    f"worth {best.worth:.4f} bound {best.bound:.4f}, programme {alone:.1f} s, "
                    f"whole stage {stage:.1f} s")  # fmt: skip
            if chosen.whole:
                worth, seconds = whole(market)
                line += f"; given whole: worth {worth:.4f} in {seconds:.1f} s"
            print(line, flush=True)


if __name__ == "__main__":
    main()
