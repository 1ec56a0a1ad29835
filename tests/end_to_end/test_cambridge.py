"""A whole real city through the same code: scores, absences, and accuracy against truth.

The data are not part of this repository. The design of the model was informed by the public half
of the truth (docs/decisions), so these are floors against decay, not a proof on unseen data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landuse.calibrate import CalibrateChoice, trial_criteria
from landuse.scores.accuracy import average_precision
from landuse.scores.calibration import CalibrationSettings
from landuse.scores.held_out import cross_validate
from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study
from landuse.validation import Truth, validate_study
from tests.made import ROOT, silent

GROUPS = ("LOT_LARGE", "LOT_SMALL")
ON_TRIAL = (
    "share_stairs:form", "share_porches:form", "share_decks:form", "share_roof_plant:form",
    "share_roof_solar:form", "share_misc_structures:form", "share_vegetation:surface",
    "share_open_space:surface", "share_roads:surface", "share_water:surface",
    "landcover_known_share:surface", "shape_index:form", "compactness:form",
    "vehicle_surface_share:surface",
)  # fmt: skip
DATA = ROOT.parent / "shared" / "data" / "cambridge"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the Cambridge layers are not beside this clone (shared/data)"
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    out = tmp_path_factory.mktemp("剑桥 市") / "cambridge"
    study = open_study(ROOT / "studies" / "cambridge.toml", raw=DATA, out=out)
    run_study(study, progress=silent)
    return study


def labelled(city: OpenStudy) -> pd.DataFrame:
    """Return the run's parcels that have labels, in order of id."""
    parcels = pd.read_parquet(city.out / "tables" / "parcels.parquet")
    truth = pd.read_csv(DATA / "truth_public.csv", dtype="str")
    truth["any_vac"] = truth["any_vac"].eq("True")
    table = parcels.merge(truth, left_on="parcel_id", right_on="ML", validate="1:1")
    return table.sort_values("parcel_id", ignore_index=True)


def test_every_parcel_stays_under_its_own_id(city: OpenStudy) -> None:
    table = pd.read_csv(city.out / "parcels.csv", dtype={"parcel_id": "str"})
    truth = pd.read_csv(DATA / "truth_public.csv", dtype="str")
    assert len(table) == 12_975
    assert set(truth["ML"]) <= set(table["parcel_id"])


def test_ranking_beats_the_plain_rule(city: OpenStudy) -> None:
    """Targets of the first issue: AP >= 0.25, precision at n >= 0.30 (plain rule 0.193, 0.245)."""
    truth = Truth(DATA / "truth_public.csv", "any_vac", "ML")
    _, data = validate_study(city, truth, score="idle_score", progress=silent)
    assert data["positive"] == 216
    assert data["measures"]["average_precision"]["value"] >= 0.25
    assert data["measures"]["precision_at_n"]["value"] >= 0.30


def test_calibrated_by_peer_group_it_ranks_sheets_it_has_not_seen(city: OpenStudy) -> None:
    """Target: AP >= 0.50 on whole sheets held out, better than the fixed model (0.476).

    One strength of shrinkage, so that the test is quick; `benchmarks/cambridge.py` chooses it by
    inner folds, for five ways of dealing sheets to folds.
    """
    table = labelled(city)
    settings = CalibrationSettings(score="idle", seed=1, shrink=(1.0,), by_group=GROUPS)
    file = DATA / "truth_public.csv"
    choice = CalibrateChoice(truth=Truth(file, "any_vac", "ML"), settings=settings, add=ON_TRIAL,
                             old=city.file)  # fmt: skip
    trial = trial_criteria(city, table, choice)
    truth = table["any_vac"].to_numpy(bool)
    found = cross_validate(city.model, trial, table, truth, blocks=table["MAP"], settings=settings)
    before, after = (
        average_precision(np.nan_to_num(one, nan=-1e9), truth, truth)
        for one in (found.before, found.after)
    )
    assert before < 0.50 <= after


def test_a_car_park_is_in_use_and_not_listed_as_vacant(city: OpenStudy) -> None:
    """30 % parking lot or more: told, and barred from the list of vacant land, not from the other;
    what else does not go together is told as well."""
    parcels = pd.read_parquet(city.out / "tables" / "parcels.parquet")
    parked = parcels[parcels["share_parking"] >= 0.3]
    assert len(parked) > 100
    assert parked["contradictions"].str.split(";").map(lambda codes: "C01" in codes).all()
    assert not parked["flag"].eq("suspected_idle").any()
    assert parked["flag"].eq("suspected_low_efficiency").any()
    told = set(";".join(parcels["contradictions"]).split(";"))
    assert {"C02", "C04"} <= told


def test_surrogates_are_called_surrogates(city: OpenStudy) -> None:
    text = (city.out / "report.html").read_text(encoding="utf-8")
    assert "surrogate" in text
    assert "替代" in text or "代用" in text or "痕迹" in text
