"""Demo county: how right the kinds of villages are against planted truth, and how good the plan.

    python benchmarks/village_accuracy.py --seeds 8101 8102 8103 [--noise 1] [--work DIR]

A true village counts as found where a judged outline lies within 150 m; one that is not found is a
miss. Prints one line a seed and kind, then the plan of each county with its time. Counties made for
`demo_accuracy.py` in the same DIR are used again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landuse.plans.consolidation import problem, solve
from landuse.plans.proposal import ProposalSettings, candidate_rows
from landuse.tasks import demo_study, run_study

NEAR_M = 150.0
KINDS = {"hollow": "空心村", "scattered": "零星自然村", "in_hazard": "下山搬迁村"}


def quiet(_: str) -> None:
    """Say nothing while a county is made."""


def county(work: Path, seed: int, noise: float) -> tuple[Path, Path]:
    """Return the raw folder and the products of one county, made and run."""
    place = work / f"{seed}-{noise:g}"
    out = place / "out" / "demo"
    study = demo_study(size="full", seed=seed, noise=noise, raw=place / "raw", out=out,
                       progress=quiet)  # fmt: skip
    run_study(study, progress=quiet)
    return place / "raw", out


def matched(raw: Path, out: Path) -> pd.DataFrame:
    """Return the true villages with the kinds of the outline found within ``NEAR_M``, if any."""
    truth = pd.read_csv(raw / "truth" / "villages_truth.csv", dtype={"settlement_id": "str"})
    outlines = gpd.read_parquet(out / "tables" / "settlements.parquet")
    villages = pd.read_parquet(out / "tables" / "villages.parquet")
    points = gpd.read_file(raw / "settlements.gpkg").to_crs(outlines.crs)
    found = gpd.sjoin_nearest(
        points[["settlement_id", "geometry"]],
        outlines[["settlement_id", "geometry"]].rename(columns={"settlement_id": "village_id"}),
        max_distance=NEAR_M, distance_col="far_m",
    ).sort_values("far_m")  # fmt: skip
    found = found.drop_duplicates("settlement_id").drop_duplicates("village_id")
    table = truth.merge(found[["settlement_id", "village_id"]], on="settlement_id", how="left")
    table = table.merge(villages[["village_id", "kinds"]], on="village_id", how="left")
    return table.assign(kinds=table["kinds"].fillna(""))


def rates(table: pd.DataFrame, truth: str, kind: str) -> tuple[float, float]:
    """Return precision, among outlines that stand for a true village, and recall."""
    flag, true = table["kinds"].str.contains(kind), table[truth].astype(bool)
    hits = float((flag & true).sum())
    return hits / max(flag.sum(), 1), hits / max(true.sum(), 1)


def plan_line(out: Path) -> str:
    """Return how large the programme is, its gap and how long one solution takes."""
    read = {name: pd.read_parquet(out / "tables" / f"{name}.parquet")
            for name in ("villages", "quota", "receiving_sites")}  # fmt: skip
    outlines = gpd.read_parquet(out / "tables" / "settlements.parquet")
    settings = ProposalSettings()
    rows = candidate_rows(read["villages"], read["quota"], outlines, None, settings)
    given = problem(rows, read["receiving_sites"], settings=settings)
    began = time.perf_counter()
    found = solve(given, settings=settings)
    took = time.perf_counter() - began
    if found is None:
        return "no plan"
    size = f"{len(read['villages'])} villages, {len(rows)} candidates, {len(given.village)} pairs"
    chosen = f"{len(found.pairs)} chosen, {found.quota:.1f} mu, gap {found.gap:.2%}"
    return f"{size}; {chosen}, {took:.1f} s"


def main() -> None:
    """Print precision and recall by seed and kind, and the plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[8101, 8102, 8103])
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        for seed in given.seeds:
            raw, out = county(given.work or Path(spare), seed, given.noise)
            table = matched(raw, out)
            held = table["village_id"].notna().mean()
            kinds = ", ".join(
                f"{truth} {precision:.2f} / {recall:.2f}"
                for truth, kind in KINDS.items()
                for precision, recall in [rates(table, truth, kind)]
            )
            print(f"seed {seed}: {held:.1%} of {len(table)} found; {kinds}")
            print(f"    plan: {plan_line(out)}")


if __name__ == "__main__":
    main()
