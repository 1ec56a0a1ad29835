"""Five thousand real villages known as points: the default model ranks deserted ones first.

Weights and limits of points were chosen with these public provinces in view (docs/decisions), so
these are floors against decay, not a proof on unseen data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landuse.scores.accuracy import auc, average_precision
from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study
from tests.made import ROOT, silent

DATA = ROOT.parent / "shared" / "data" / "bulgaria"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the Bulgarian register is not beside this clone (shared/data)"
)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    out = tmp_path_factory.mktemp("村 庄") / "bulgaria"
    study = open_study(ROOT / "studies" / "bulgaria.toml", raw=DATA, out=out)
    run_study(study, progress=silent)
    return study


@pytest.fixture(scope="module")
def villages(country: OpenStudy) -> pd.DataFrame:
    return pd.read_csv(country.out / "villages.csv", dtype={"village_id": "str"})


def test_deserted_villages_lead_the_ranking(villages: pd.DataFrame) -> None:
    truth = pd.read_csv(DATA / "truth_public.csv", dtype={"ekatte": "str"})
    joined = truth.merge(villages, left_on="ekatte", right_on="village_id")
    assert len(joined) == len(truth)
    deserted = (joined["population"] <= 5).to_numpy()
    score = joined["mrs"].to_numpy("float64")
    flag = np.zeros(len(score), dtype=bool)
    assert deserted.sum() == 216
    assert auc(score, deserted, flag) >= 0.82
    assert average_precision(score, deserted, flag) >= 0.34
    # Villages with a territory of their own: a harder stratum, told beside it.
    own = (joined["area"] > 0).to_numpy()
    assert auc(score[own], deserted[own], flag[own]) >= 0.65


def test_what_is_not_known_is_said(country: OpenStudy, villages: pd.DataFrame) -> None:
    assert villages["village_id"].is_unique
    assert len(villages) == 5_006  # ten rows repeat an id at its place, one has no place
    assert villages["hvs"].isna().all()
    assert villages["basis_zh"].str.contains("仅有村庄点位").all()
    text = (country.out / "report.html").read_text(encoding="utf-8")
    assert "搬迁须农户自愿" in text
    assert "拆除" not in text
