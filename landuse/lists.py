"""Filtered lists of a finished run, in the format the file name asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import geopandas as gpd

from landuse.core.errors import fail, study_fault
from landuse.explain import product_table, read_product
from landuse.plan import Plan
from landuse.products.export import SUFFIXES, parse_condition, select, write_selection
from landuse.products.gather import column_names
from landuse.study import OpenStudy


def export_list(
    study: OpenStudy,
    file: Path,
    *,
    town: Collection[str] = (),
    zone: str = "",
    grade: Collection[str] = (),
    flag: Collection[str] = (),
    min_mu: float = 0.0,
    where: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> int:
    """Write the parcels that meet every choice; return how many.

    ``zone`` is ``in``, ``out`` or a zone's name; the ending of the file name decides the format.

    Raises
    ------
    LanduseError
        If the study was not run (exit code 3) or a choice is not known (exit code 2).
    """
    if file.suffix.lower() not in SUFFIXES:
        raise fail(
            study_fault(
                "不支持的导出格式", "no such export format", field="FILE", found=file.name,
                todo_zh="改用 " + " ".join(SUFFIXES), todo_en="use one of " + " ".join(SUFFIXES),
            )
        )  # fmt: skip
    parcels = read_product(study, "parcels")
    outlines = gpd.read_parquet(product_table(study, "geometry")).geometry
    table = gpd.GeoDataFrame(parcels, geometry=outlines.array, crs=outlines.crs)
    if zone in {"in", "out"}:
        wanted = (table["zone_in"] == (zone == "in")).fillna(value=False)
        table = table[wanted.to_numpy(bool)]
    chosen = select(
        table, town=town, zone=(zone,) if zone not in {"", "in", "out"} else (), grade=grade,
        flag=flag, min_mu=min_mu, where=[parse_condition(text) for text in where],
        columns=["parcel_id", *columns] if columns else (),
    )  # fmt: skip
    settings = Plan(study).product_settings()
    grades = [(item.code, item.zh) for item in study.model.grades]
    write_selection(chosen, file, names=column_names(settings), grades=grades,
                    title=settings.title_zh)  # fmt: skip
    return len(chosen)
