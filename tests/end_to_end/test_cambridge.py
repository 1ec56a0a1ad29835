"""A whole real city through the same code: scores, absences, and accuracy against truth.

The data are not part of this repository. The design of the model was informed by the public half
of the truth (docs/decisions), so these are floors against decay, not a proof on unseen data.
"""

from __future__ import annotations

import pandas as pd
import pytest

from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study
from landuse.validation import Truth, validate_study
from tests.made import ROOT, silent

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


def test_surrogates_are_called_surrogates(city: OpenStudy) -> None:
    text = (city.out / "report.html").read_text(encoding="utf-8")
    assert "surrogate" in text
    assert "替代" in text or "代用" in text or "痕迹" in text
