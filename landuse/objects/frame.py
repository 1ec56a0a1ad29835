"""What the study area is before anything is assessed: its area, towns, villages and people."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
from pydantic import Field

from landuse.core.errors import data_fault, fail
from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.objects.overlay import geodesic_area_m2

CENSUS = ("population", "rural_population", "households", "share_65_plus_pct")


class FrameSettings(Settings):
    """Which county it is; its census row is the one of this code."""

    adcode: str = Field(description="county code, six digits")


def describe_frame(
    *,
    county: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    village_list: pd.DataFrame | None,
    census: pd.DataFrame | None,
    settings: FrameSettings,
) -> dict[str, Any]:
    """Describe the study area.

    Parameters
    ----------
    county, towns : aligned polygons in the study CRS (metres); towns with ``town_code``.
    village_list : one row a committee: ``village_code`` (12 digits; its first 9 are the town's).
    census : one row a county: ``adcode`` and the columns of ``CENSUS`` that the study maps.

    Returns
    -------
    ``towns``: town_code, town_name, area_m2 (geodesic, GRS80), villages_count (null without a
    list). ``county``: area_m2, towns_count, villages_count and the census figures, null where
    not known. ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 4 if a village code is not of 12 digits or stands twice.
    """
    findings: list[Finding] = []
    villages = None if village_list is None else _per_town(village_list)
    table = _towns(towns, villages, findings)
    facts = {
        "area_m2": None if county is None else float(geodesic_area_m2(county).sum()),
        "towns_count": None if towns is None else len(table),
        "villages_count": None if villages is None else int(villages.sum()),
    }
    return {
        "towns": table,
        "county": facts | _census(census, settings.adcode, findings),
        "findings": findings,
    }


def _per_town(village_list: pd.DataFrame) -> pd.Series:
    codes = village_list["village_code"]
    wrong = codes[~codes.str.fullmatch(r"\d{12}", na=False)]
    twice = codes[codes.notna() & codes.duplicated()]
    if len(wrong) or len(twice):
        shown = ", ".join(str(code) for code in [*wrong[:5], *twice[:5]])
        raise fail(
            data_fault(
                "行政村代码须为 12 位数字且不重复", "a village code has 12 digits and stands once",
                field="sources.village_list.fields.village_code", found=shown,
                todo_zh="改正这些代码", todo_en="mend these codes",
            )
        )  # fmt: skip
    return codes.str[:9].value_counts().sort_index()


def _towns(
    towns: gpd.GeoDataFrame | None, villages: pd.Series | None, findings: list[Finding]
) -> pd.DataFrame:
    if towns is None:
        empty = {"town_code": "str", "town_name": "str", "area_m2": "float64"}
        table = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})
        return table.assign(villages_count=pd.Series(dtype="Int64"))
    named = towns.get("town_name", towns["town_code"])
    table = pd.DataFrame(
        {
            "town_code": towns["town_code"].astype("str").to_numpy(),
            "town_name": named.fillna("").astype("str").to_numpy(),
            "area_m2": geodesic_area_m2(towns),
        }
    ).sort_values("town_code", ignore_index=True)
    if villages is None:
        return table.assign(villages_count=pd.Series(pd.NA, index=table.index, dtype="Int64"))
    strange = villages.index.difference(table["town_code"])
    if len(strange):
        findings.append(_strange_towns(list(strange), int(villages[strange].sum())))
    counts = villages.reindex(table["town_code"], fill_value=0).astype("Int64")
    return table.assign(villages_count=counts.to_numpy())


def _strange_towns(codes: list[str], villages: int) -> Finding:
    listed = ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
    return Finding(
        stage="frame",
        kind="doubt",
        value=str(villages),
        object_id=listed,
        message_zh=f"村名录里 {villages} 个行政村属于乡镇界没有的乡镇：{listed}",
        message_en=f"{villages} listed villages are of towns that the town layer lacks: {listed}",
    )


def _census(
    census: pd.DataFrame | None, adcode: str, findings: list[Finding]
) -> dict[str, float | None]:
    empty: dict[str, float | None] = dict.fromkeys(CENSUS)
    if census is None:
        return empty
    rows = census[census["adcode"].str.replace(r"\.0+$", "", regex=True) == adcode]
    if "year" in rows.columns:
        rows = rows.sort_values("year", kind="stable").tail(1)
    if len(rows) != 1:
        findings.append(
            Finding(
                stage="frame",
                kind="doubt",
                value=str(len(rows)),
                object_id=adcode,
                message_zh=f"人口普查表里 {adcode} 有 {len(rows)} 行，应为 1 行；不采用",
                message_en=f"the census table has {len(rows)} rows of {adcode}, not 1: not used",
            )
        )
        return empty
    row = rows.iloc[0]
    values = {name: row[name] for name in CENSUS if name in rows.columns}
    return empty | {name: None if pd.isna(v) else float(v) for name, v in values.items()}
