"""A small invented county, scored by the shipped model: what the product tests write and read."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

import landuse.scores
from landuse.core.findings import Finding, to_table
from landuse.products.facts import Absence, RunFacts, SourceFact, StudyFacts, absences
from landuse.scores.assess import AssessSettings, assess
from landuse.scores.model import ScoreModel
from landuse.scores.texts import tell
from tests.products.hostile import HOSTILE
from tests.products.made_evidence import with_evidence

TOWNS = (("990781001", "甲山街道"), ("990781102", "乙溪镇"), ("990781200", "丙塘乡"))
ZONES = ("示例经济开发区", "示例高新园")
GROUPS = (("0601", "工业用地", "industrial", "IND"), ("0702", "农村宅基地", "homestead", "VILLAGE"))
ORIGIN_M = (420_000.0, 3_230_000.0)
ABSENT = {
    "enterprises": ("未提供亩均税收表", "no tax table supplied"),
    "eco_redline": ("未导入", "not loaded"),
}
ROLE_NAMES = {
    "enterprises": ("企业亩均效益表", "enterprise table"),
    "eco_redline": ("生态保护红线", "ecological red line"),
}


def model() -> ScoreModel:
    file = Path(landuse.scores.__file__).parent / "models" / "china.toml"
    return ScoreModel.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def parcels(count: int = 300, *, seed: int = 7) -> gpd.GeoDataFrame:
    """Squares of 12 to 140 m on a lattice of 400 m; every third town third of the width."""
    random = np.random.default_rng(seed)
    columns = int(np.ceil(np.sqrt(count)))
    column, row = np.arange(count) % columns, np.arange(count) // columns
    side = random.uniform(12, 140, count)
    x, y = ORIGIN_M[0] + 400.0 * column, ORIGIN_M[1] + 400.0 * row
    town = np.minimum(column * len(TOWNS) // columns, len(TOWNS) - 1)
    kind = random.integers(0, len(GROUPS), count)
    inside = (kind == 0) & (random.random(count) < 0.5)
    zone = random.integers(0, len(ZONES), count)
    table = pd.DataFrame(
        {
            "parcel_id": [f"{TOWNS[t][0]}-{serial:04d}" for serial, t in enumerate(town)],
            "town_code": [TOWNS[t][0] for t in town],
            "town_name": [TOWNS[t][1] for t in town],
            "zone_in": inside,
            "zone_name": np.where(inside, np.array(ZONES)[zone], ""),
            "land_use": [GROUPS[k][0] for k in kind],
            "land_use_zh": [GROUPS[k][1] for k in kind],
            "land_use_en": [GROUPS[k][2] for k in kind],
            "group": np.where(kind == 1, "VILLAGE", np.where(inside, "IND_IN", "IND_OUT")),
            "area_m2": side**2,
            "area_mu": side**2 / (10_000 / 15),
        }
    ).sort_values("parcel_id", ignore_index=True)
    shapes = gpd.GeoSeries(box(x, y, x + side, y + side), crs="EPSG:4549")
    lonlat = shapes.representative_point().to_crs("EPSG:4490")
    table["lon"], table["lat"] = lonlat.x, lonlat.y
    return gpd.GeoDataFrame(table, geometry=shapes)


def indicators(count: int, scheme: ScoreModel, *, seed: int = 11) -> pd.DataFrame:
    """Values around the ramps of the model, one in eight missing; no tax, no red line."""
    random = np.random.default_rng(seed)
    ramps = {item.column: item.ramp for item in scheme.criteria if item.data not in ABSENT}
    columns = {}
    for name, ramp in ramps.items():
        low, high = ramp[0][0], ramp[-1][0]
        good, bad = (low, high) if ramp[-1][1] > ramp[0][1] else (high, low)
        values = good + (bad - good) * random.beta(0.6, 1.2, count)
        columns[name] = np.where(random.random(count) < 0.12, np.nan, values)
    for share in ("tree", "shrub", "grass", "crop", "bare"):
        columns[f"share_{share}"] = random.uniform(0, 0.18, count)
    for veto in scheme.vetoes:
        if veto.data not in ABSENT:
            hit = random.random(count) < 0.03
            columns[veto.column] = np.where(hit, veto.limit * 1.5, 0.0)
    derived = {item.column for item in scheme.derived}
    return pd.DataFrame({name: values for name, values in columns.items() if name not in derived})


def run(count: int = 300, *, seed: int = 7) -> tuple[RunFacts, gpd.GeoDataFrame]:
    """Return the facts of a run over the invented county and its parcels with geometry."""
    scheme, ground = model(), parcels(count, seed=seed)
    table = pd.concat(
        [pd.DataFrame(ground.drop(columns="geometry")), indicators(count, scheme)], axis=1
    )
    settings = AssessSettings(score_model=scheme, years={"landcover": "2021"}, absent=ABSENT)
    judged = assess(table=table, settings=settings)
    texts = tell(table=table, scores=judged["scores"], settings=settings)["texts"]
    whole = table.merge(judged["scores"], on="parcel_id", validate="1:1")
    whole = whole.merge(texts, on="parcel_id", validate="1:1")
    whole = whole.merge(judged["derived"], on="parcel_id", validate="1:1")
    whole = with_evidence(whole)
    findings = [
        Finding(stage="parcels", kind="repaired", object_id=ground["parcel_id"][3],
                value="1", message_zh="自相交已修复", message_en="self-intersection repaired"),
        *judged["findings"],
    ]  # fmt: skip
    facts = RunFacts(
        study=study_facts(),
        model=scheme,
        parcels=whole,
        waterfall=judged["waterfall"],
        findings=to_table(findings),
        contributions=judged["contributions"],
        sources=sources(),
        absences=absences(
            ABSENT,
            model=scheme,
            contributions=judged["contributions"],
            robustness=True,
            role_names=ROLE_NAMES,
        ),
    )
    return facts, gpd.GeoDataFrame(whole, geometry=ground.geometry)


def study_facts() -> StudyFacts:
    return StudyFacts(
        name="demo", title_zh="示例县存量建设用地研判", title_en="Demo county land review",
        as_of="2024-12-31", crs="EPSG:4549", adcode="990781", run_code="3f9c1a20",
        manifest={"程序 program": "landuse 0.1.0", "分区统计引擎 zonal engine": "landuse 0.1.0"},
    )  # fmt: skip


def sources() -> tuple[SourceFact, ...]:
    return (
        SourceFact(
            role="landcover", title_zh="ESA 全球土地覆被", title_en="ESA WorldCover",
            file="ESA_WorldCover_10m_2021_v200_N27E117_Map.tif", digest="9d0c41aa", year="2021",
            licence="CC BY 4.0", attribution="© ESA WorldCover project 2021",
        ),
        SourceFact(
            role="parcels", title_zh="建设用地图斑", title_en="construction-land parcels",
            file="DLTB.shp", digest="77ab01fe", year="2023",
        ),
    )  # fmt: skip


def districts(ground: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """County, towns and zones around the parcels: three bands and two rectangles."""
    x0, y0, x1, y1 = ground.total_bounds + np.array([-300, -300, 300, 300])
    cuts = np.linspace(x0, x1, len(TOWNS) + 1)
    towns = gpd.GeoDataFrame(
        {"town_code": [code for code, _ in TOWNS], "town_name": [name for _, name in TOWNS]},
        geometry=[box(cuts[i], y0, cuts[i + 1], y1) for i in range(len(TOWNS))], crs=ground.crs,
    )  # fmt: skip
    middle = (y0 + y1) / 2
    zones = gpd.GeoDataFrame(
        {"zone_name": list(ZONES)},
        geometry=[box(x0 + 900, middle, x0 + 2500, middle + 1300),
                  box(x1 - 2600, y0 + 500, x1 - 1200, y0 + 1900)],
        crs=ground.crs,
    )  # fmt: skip
    county = gpd.GeoDataFrame(geometry=[towns.union_all()], crs=ground.crs)
    return {"county": county, "towns": towns, "zones": zones}


def with_hostile(facts: RunFacts) -> RunFacts:
    """Return the facts with hostile text wherever text from outside can come in."""
    texts = [
        text for text in HOSTILE if not re.search("[\ud800-\udfff]", text)
    ]  # no column holds them
    table = facts.parcels
    cycle = [texts[row % len(texts)] for row in range(len(table))]
    columns = ("town_name", "zone_name", "land_use", "land_use_zh", "evidence_zh", "evidence_en",
               "suggestion", "veto_zh", "tipping_zh", "tipping_en", "land_state", "ledger_zh",
               "ledger_en", "contradictions_zh", "contradictions_en", "signal", "hot_spot",
               "cluster_id", "check_note", "checked_on", "whynot_zh", "whynot_en",
               "stability")  # fmt: skip
    changed = table.assign(**{name: pd.Series(cycle, dtype=object) for name in columns})
    findings = pd.DataFrame(dict.fromkeys(facts.findings.columns, texts), dtype=object)
    source = SourceFact(
        role=texts[0], title_zh=texts[1], title_en=texts[2], file=texts[24], digest=texts[3],
        year=texts[25], licence=texts[4], attribution=texts[5],
    )  # fmt: skip
    gap = Absence(
        role=texts[0], reason_zh=texts[1], reason_en=texts[7], cost_zh=texts[8], cost_en=texts[9]
    )
    study = replace(
        facts.study, title_zh=texts[1], title_en=texts[7], stamp_zh=texts[7], run_code=texts[4],
        manifest={text: text for text in texts},
    )  # fmt: skip
    return replace(
        facts, parcels=changed, findings=findings, sources=(source,), absences=(gap,), study=study
    )
