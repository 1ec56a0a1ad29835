"""Cambridge: calibrated by sheet beside a random forest, and what leads the ranking and why.

    python benchmarks/cambridge.py [--raw ../shared/data/cambridge] [--splits 5]

Needs the city's layers beside the clone (see studies/cambridge.toml) and scikit-learn, the peer;
the product itself does not use it. Every figure is on sheets that the model of its fold has not
seen, pooled over folds, for several ways of dealing sheets to folds; the strength of shrinkage is
chosen inside each training part. Calibrated twice: small and large lots together, and each peer
group with weights and ramps of its own. Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from landuse.calibrate import CalibrateChoice, trial_criteria
from landuse.scores.accuracy import auc, average_precision, precision_at_n
from landuse.scores.calibration import CalibrationSettings
from landuse.scores.held_out import HeldOut, cross_validate
from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study
from landuse.validation import Truth

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "studies" / "cambridge.toml"
ON_TRIAL = (
    "share_stairs:form", "share_porches:form", "share_decks:form", "share_roof_plant:form",
    "share_roof_solar:form", "share_misc_structures:form", "share_vegetation:surface",
    "share_open_space:surface", "share_roads:surface", "share_water:surface",
    "landcover_known_share:surface", "shape_index:form", "compactness:form",
    "vehicle_surface_share:surface",
)  # fmt: skip
OWN = ("area_m2", "road_distance_m", "structure_trace_share", "mapped_open_share",
       "share_driveways", "share_walkways", "share_impervious_other", "share_parking")  # fmt: skip
TOP = 100


def labelled(study: OpenStudy) -> pd.DataFrame:
    """Return the run's parcels that have labels, with ``any_vac, priv_vac, parking, MAP``."""
    parcels = pd.read_parquet(study.out / "tables" / "parcels.parquet")
    truth = pd.read_csv(study.raw / "truth_public.csv", dtype="str")
    for name in ("any_vac", "priv_vac", "parking"):
        truth[name] = truth[name].eq("True")
    table = parcels.merge(truth, left_on="parcel_id", right_on="ML", validate="1:1")
    return table.sort_values("parcel_id", ignore_index=True)


def held_out(
    study: OpenStudy, table: pd.DataFrame, truth: np.ndarray, *, split: int, groups: tuple[str, ...]
) -> HeldOut:
    """Return nested held-out chances of a calibrated model, with sheets as blocks."""
    settings = CalibrationSettings(score="idle", seed=split, by_group=groups)
    labels = Truth(study.raw / "truth_public.csv", "any_vac", "ML")
    choice = CalibrateChoice(truth=labels, settings=settings, add=ON_TRIAL, old=STUDY)
    trial = trial_criteria(study, table, choice)
    return cross_validate(study.model, trial, table, truth, blocks=table["MAP"], settings=settings)


def forest(table: pd.DataFrame, truth: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return held-out chances of a random forest on the same columns and folds."""
    values = table[[*OWN, *(name.partition(":")[0] for name in ON_TRIAL)]].to_numpy("float64")
    chance = np.zeros(len(table))
    for number in np.unique(fold):
        kept = fold != number
        trees = RandomForestClassifier(300, min_samples_leaf=3, random_state=0)
        trees.fit(values[kept], truth[kept])
        chance[~kept] = trees.predict_proba(values[~kept])[:, 1]
    return chance


def figures(score: np.ndarray, truth: np.ndarray) -> str:
    """Return AP, precision at n and AUC of a ranking as text."""
    ranked = np.nan_to_num(score, nan=-1e9)
    parts = [metric(ranked, truth, truth) for metric in (average_precision, precision_at_n, auc)]
    return "  ".join(f"{part:.3f}" for part in parts)


def parks_and_car_parks(table: pd.DataFrame, score: np.ndarray, *, vetoed: bool) -> pd.Series:
    """Count what the best-ranked hundred are by truth and by their surfaces, most first.

    A park is more than half designated open space, a car park is assessed as parking or more
    than 30 % parking lot. ``vetoed`` False leaves out what the vetoes keep off the list.
    """
    order = pd.Series(np.nan_to_num(score, nan=-1e9), index=table.index)
    if not vetoed:
        order = order[table["veto"] == ""]
    top = table.loc[order.sort_values(ascending=False, kind="stable").index[:TOP]]
    car_park = top["parking"] | (top["share_parking"] > 0.3)
    kind = np.select(
        [top["share_open_space"] > 0.5, car_park, top["share_roads"] > 0.5],
        ["park", "car park", "road"], default="other",
    )  # fmt: skip
    words = pd.Series(kind, index=top.index) + np.where(top["any_vac"], ", vacant", ", in use")
    return words.value_counts()


def main() -> None:
    """Run the city, then print one row a ranking and split, and the top hundred."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, default=ROOT.parent / "shared/data/cambridge")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--splits", type=int, default=5)
    given = parser.parse_args()
    out = given.out or Path(tempfile.mkdtemp()) / "cambridge"
    study = open_study(STUDY, raw=given.raw, out=out)
    run_study(study, progress=lambda _text: None)
    table = labelled(study)
    truth = table["any_vac"].to_numpy(bool)
    before = table["idle_score"].to_numpy("float64")
    print("ranking, split                 AP     P@n    AUC")
    print(f"fixed model                    {figures(before, truth)}")
    kept = before
    for split in range(1, given.splits + 1):
        together, by_group = (
            held_out(study, table, truth, split=split, groups=groups)
            for groups in ((), tuple(sorted(table["group"].unique())))
        )
        kept = by_group.after if split == 1 else kept
        print(f"together, held out, {split}          {figures(together.after, truth)}")
        print(f"by peer group, held out, {split}     {figures(by_group.after, truth)}")
        peer = forest(table, truth, by_group.fold)
        print(f"random forest, held out, {split}     {figures(peer, truth)}", flush=True)
    for name, score in (("fixed", before), ("by peer group, held out", kept)):
        for vetoed in (True, False):
            words = "all" if vetoed else "without the vetoed"
            print(f"\ntop {TOP}, {name}, {words}")
            print(parks_and_car_parks(table, score, vetoed=vetoed).to_string())


if __name__ == "__main__":
    main()
