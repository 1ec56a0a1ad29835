"""What a province's people hold, in one folder: each file whole, the manifest last."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from landuse import __version__
from landuse.products.columns import ColumnName, column_names
from landuse.products.province.county import County, Failed
from landuse.products.province.page import Province, overview_map, province_report
from landuse.products.province.tables import (
    candidate_table,
    county_table,
    doubts,
    join_tables,
    table_file,
    village_table,
)
from landuse.products.sheets import Sheet, SheetColumn, from_names, sheet_of
from landuse.products.tables import write_csv, write_whole
from landuse.products.totals import total_columns
from landuse.products.words import NOTE_EN, NOTE_ZH, RELEASE_EN, RELEASE_ZH
from landuse.products.workbook import write_sheets

JOINED = ("parcels", "villages", "contributions", "village_potential", "quota", "zone_intensity",
          "findings", "sources")  # fmt: skip
_OWN = (
    ColumnName("rank", "位次", "rank"),
    ColumnName("province_rank", "全省位次", "rank in the province"),
    ColumnName("model_group", "模型组", "group of one score model"),
    ColumnName("state", "状态", "done or failed"),
    ColumnName("county", "研究", "study"),
    ColumnName("adcode", "行政区划代码", "county code"),
    ColumnName("title_zh", "名称", "title"),
    ColumnName("title_en", "名称（英文）", "title"),
    ColumnName("as_of", "分析基准日", "analysis date"),
    ColumnName("run_code", "运行编号", "code of the run"),
    ColumnName("landuse", "程序版本", "version"),
    ColumnName("model", "评分模型摘要", "digest of the score model"),
    ColumnName("sources_count", "资料种数", "sources supplied"),
    ColumnName("coverage", "证据覆盖（按面积平均）", "coverage of evidence, by area", "%", 0),
    ColumnName("villages_count", "自然村", "natural villages"),
    ColumnName("relocation_count", "下山搬迁候选", "relocation candidates"),
    ColumnName("hollow_count", "空心村候选", "hollow-village candidates"),
    ColumnName("scattered_count", "零星自然村候选", "scattered-hamlet candidates"),
    ColumnName("outline_basis", "范围依据", "what the outline is made of"),
    ColumnName("faults", "未完成的原因", "why it is not finished"),
)


def write_province(
    folder: Path, counties: Sequence[County], failed: Sequence[Failed], *,
    title: tuple[str, str],
) -> list[Path]:  # fmt: skip
    """Merge finished counties into ``folder``; return the files.

    ``tables/counties``, ``candidates`` and every table of ``JOINED`` as Parquet; ``counties.csv``,
    ``candidates.csv``, ``villages.csv``; ``candidates.xlsx``; ``map.html``, ``report.html``;
    ``manifest.json`` with the digest of each. The same counties give the same bytes, in whatever
    order they were finished.
    """
    counties = sorted(counties, key=lambda county: county.name)
    table = county_table(counties, failed)
    province = Province(
        title_zh=title[0], title_en=title[1], counties=counties, table=table,
        candidates=candidate_table(counties, table), villages=village_table(counties),
        doubts=doubts(table), links=_links(folder, counties),
    )  # fmt: skip
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    files = [*_lists(folder, province), *_tables(folder, province)]
    for name, page in (("map.html", overview_map), ("report.html", province_report)):
        files.append(_text(folder / name, page(province)))
    manifest = _manifest(province, failed, files, folder)
    return [*files, _text(folder / "manifest.json", manifest)]


def _lists(folder: Path, province: Province) -> list[Path]:
    shown = {"counties": province.table, "candidates": province.candidates}
    if province.villages is not None:
        shown["villages"] = province.villages
    files = [write_csv(table, folder / f"{name}.csv", table.columns)
             for name, table in shown.items()]  # fmt: skip
    book = write_sheets(_sheets(province), folder / "candidates.xlsx", title=province.title_zh)
    return [*files, book]


def _tables(folder: Path, province: Province) -> list[Path]:
    place = folder / "tables"
    files = [
        write_whole(place / "counties.parquet", partial(_parquet, province.table)),
        write_whole(place / "candidates.parquet", partial(_parquet, province.candidates)),
    ]
    for name in JOINED:
        held = [county for county in province.counties if table_file(county, name).is_file()]
        if held:
            files.append(write_whole(place / f"{name}.parquet", partial(join_tables, held, name)))
    return files


def _parquet(table: pd.DataFrame, file: Path) -> None:
    table.to_parquet(file, index=False, compression="zstd")


def _sheets(province: Province) -> tuple[Sheet, ...]:
    names = column_names({column.name: column for column in (*total_columns(), *_OWN)})
    names |= {column.name: column for column in _OWN}
    told = [(NOTE_ZH, NOTE_EN), (RELEASE_ZH, RELEASE_EN), *province.doubts]
    notes = pd.DataFrame(told, columns=["zh", "en"])
    columns = (SheetColumn("zh", "须知", "long", width=70.0),
               SheetColumn("en", "Notes", "long", width=70.0))  # fmt: skip
    table, rows = province.table, province.candidates
    return (
        sheet_of("各县位次", table, from_names(table, table, names=names), frozen_columns=5),
        sheet_of("疑似地块", rows, from_names(rows, rows, names=names), frozen_columns=5),
        sheet_of("须知", notes, columns),
    )  # fmt: skip


def _links(folder: Path, counties: Sequence[County]) -> dict[str, str]:
    """Return the way from the province's pages to each county's map; none across drives."""
    places = {county.name: county.folder / "map.html" for county in counties}
    return {
        name: Path(os.path.relpath(place, folder)).as_posix()
        for name, place in places.items()
        if place.is_file() and place.drive == folder.drive
    }


def _text(file: Path, text: str) -> Path:
    return write_whole(file, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def _manifest(
    province: Province, failed: Sequence[Failed], files: Sequence[Path], folder: Path
) -> str:
    data: dict[str, Any] = {
        "lineage": f"merged by landuse {__version__} from the counties listed here",
        "title_zh": province.title_zh,
        "title_en": province.title_en,
        "counties": [
            {key: county.row[key] for key in ("county", "adcode", "as_of", "run_code", "landuse",
                                              "model")}
            for county in province.counties
        ],
        "failed": [{"county": item.name, "faults": list(item.faults)} for item in failed],
        "doubts": [list(words) for words in province.doubts],
        "products": {file.relative_to(folder).as_posix(): _digest(file) for file in sorted(files)},
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
