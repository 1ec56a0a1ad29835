"""Filtered lists of a finished run, in the format the file name asks for."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import pyogrio

from landuse.choices import class_system
from landuse.core.errors import LanduseError, fail, missing_fault, study_fault
from landuse.explain import product_table, read_product
from landuse.explain_village import village_ids
from landuse.plan import Plan
from landuse.products import dkbh
from landuse.products.checks import with_checks
from landuse.products.columns import ColumnLike, ColumnName, column_names
from landuse.products.dkbh import ListFacts, dkbh_table
from landuse.products.export import ListLook, known_suffix, write_selection
from landuse.products.gather import column_names as run_names
from landuse.products.make_layers import has_points
from landuse.products.selection import Choice, select
from landuse.products.styles import parcel_style, village_style
from landuse.products.village_lists import village_names
from landuse.products.zhejiang import write_zhejiang
from landuse.study import OpenStudy

LayerName = Literal["parcels", "villages", "opportunities"]
Preset = Literal["", "dkbh", "zhejiang"]
HASH_LENGTH = 12
SHEETS: Mapping[str, str] = {"parcels": "地块", "villages": "自然村", "opportunities": "机会地块"}


def export_list(
    study: OpenStudy,
    file: Path,
    *,
    layer: str = "parcels",
    preset: str = "",
    choice: Choice | None = None,
) -> int:
    """Write what meets every choice; return how many rows.

    Parameters
    ----------
    layer : ``parcels``, ``villages`` or ``opportunities``.
    preset : ``dkbh`` = the columns of `products.dkbh`; ``zhejiang`` = the form of
        `products.zhejiang`, of parcels only, as .xlsx; "" = the columns asked for.

    Raises
    ------
    LanduseError
        If the study was not run or has no such layer (exit code 3), or a choice is not known
        (exit code 2).
    """
    _refuse_other(layer, get_args(LayerName), field="--layer")
    _refuse_other(preset, get_args(Preset), field="--preset")
    suffix, asked = known_suffix(file), choice or Choice()
    if preset and asked.columns:
        raise _fault("--column", " ".join(asked.columns), "去掉 --column 或 --preset",
                     "leave out --column or --preset")  # fmt: skip
    if preset == "zhejiang" and (suffix != ".xlsx" or layer != "parcels"):
        raise _fault("--preset", f"{layer} {file.name}", "浙江表1-2 只用于地块的 .xlsx",
                     "the Zhejiang form is for parcels as .xlsx")  # fmt: skip
    whole = read_layer(study, layer)
    look, table = _look(study, layer, whole), select(whole, asked)
    if preset == "zhejiang":
        write_zhejiang(pd.DataFrame(table), file, title=look.title)
    elif preset == "dkbh":
        listed = dkbh_table(table, _facts(study, layer))
        write_selection(listed, file, replace(look, names=dkbh.NAMES, style=None))
    else:
        write_selection(table, file, look)
    return len(table)


def read_layer(study: OpenStudy, layer: str) -> gpd.GeoDataFrame:
    """Return a layer of a finished run with its geometry, its id in the first column.

    Parcels carry what was found in the field. Layers other than parcels and villages are read
    from the GeoPackage of the run.

    Raises
    ------
    LanduseError
        If the study was not run, or has no such layer (exit code 3).
    """
    if layer == "parcels":
        table = with_checks(read_product(study, layer), read_product(study, "checks"))
        outlines = gpd.read_parquet(product_table(study, "geometry")).geometry
        return gpd.GeoDataFrame(table, geometry=outlines.array, crs=outlines.crs)
    if layer == "villages" and village_ids(study):
        table = read_product(study, layer)
        shapes = gpd.read_parquet(product_table(study, "settlements"))
        shape = shapes.set_index("settlement_id").geometry.reindex(table["village_id"])
        return gpd.GeoDataFrame(table, geometry=shape.to_numpy(), crs=shapes.crs)
    return _read_geopackage(study, layer)


def _read_geopackage(study: OpenStudy, layer: str) -> gpd.GeoDataFrame:
    file = _geopackage(study)
    held = [str(name) for name, _ in pyogrio.list_layers(file)] if file.is_file() else []
    if layer in held:
        return gpd.read_file(file, layer=layer)
    raise fail(
        missing_fault(
            "该次运行没有这个图层", "this run has no such layer", file=study.file.name, found=layer,
            todo_zh="本研究缺少得出它所需的资料，见报告的缺项表", field="--layer",
            todo_en="the study lacks what it is made from; see the absences in the report",
        )
    )  # fmt: skip


def _geopackage(study: OpenStudy) -> Path:
    return product_table(study, "parcels").parents[1] / "candidates.gpkg"


def _look(study: OpenStudy, layer: str, table: gpd.GeoDataFrame) -> ListLook:
    settings = Plan(study).product_settings()
    grades = sorted(study.model.grades, key=lambda grade: -grade.minimum)
    names: dict[str, ColumnLike] = column_names(run_names(settings))
    style: Callable[[Mapping[str, str]], str] | None = None
    needs: tuple[str, ...] = ()
    if layer == "parcels":
        pairs = [(grade.code, grade.zh) for grade in grades]
        style, needs = (lambda aliases: parcel_style(pairs, aliases=aliases)), ("grade", "flag")
    elif layer == "villages":
        names = village_names()
        points = has_points(table)
        style, needs = (lambda aliases: village_style(aliases=aliases, points=points)), ("kind",)
    else:
        names |= _told_names(_geopackage(study), layer)
    return ListLook(
        layer=layer, sheet=SHEETS[layer], title=settings.title_zh, names=names,
        grades=tuple(grade.code for grade in grades), style=style, style_needs=needs,
    )  # fmt: skip


def _told_names(file: Path, layer: str) -> dict[str, ColumnLike]:
    """Return the Chinese names that a GeoPackage holds of a layer's columns."""
    sql = "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = ?"
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as base:
        rows = base.execute(sql, (layer,)).fetchall()
    return {code: ColumnName(code, name, code, "", 2) for code, name in rows}


def _facts(study: OpenStudy, layer: str) -> ListFacts:
    """Return system of the codes, span of the years of the data, digest of the score model."""
    plan = Plan(study)
    from_map = plan.sources.parcels is None and plan.sources.land_use_map is not None
    model = study.village_model if layer == "villages" else study.model
    years = sorted(re.findall(r"\d{4}", " ".join(plan.years().values())))
    return ListFacts(
        class_system=class_system(plan.sources, from_map=from_map) or "",
        source_years="–".join(dict.fromkeys([*years[:1], *years[-1:]])),
        parameters=hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:HASH_LENGTH],
    )


def _refuse_other(value: str, known: tuple[str, ...], *, field: str) -> None:
    if value not in known:
        listed = " ".join(name for name in known if name)
        raise _fault(field, value, f"可选：{listed}", f"choose from: {listed}")


def _fault(field: str, found: str, todo_zh: str, todo_en: str) -> LanduseError:
    return fail(
        study_fault("参数有误", "the argument is wrong", field=field, found=found,
                    todo_zh=todo_zh, todo_en=todo_en)
    )  # fmt: skip
