"""Province-wide tables: counties and candidates ranked, every parcel and village in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from landuse.products.columns import CONTRACT
from landuse.products.province.county import VILLAGE_KINDS, County, Failed

KEYS = ["county", "adcode"]
DONE, FAILED = "done", "failed"


def county_table(counties: Sequence[County], failed: Sequence[Failed]) -> pd.DataFrame:
    """Return one row a county: the share suspected ranks them, highest first.

    Only counties judged by one score model are ranked together (``model_group`` A, B, … by how
    many counties share it); within a model the ramps are fixed, so equal scores mean the same
    everywhere. A county that failed stands last with what was wrong and has no rank.

    Returns
    -------
    ``rank, model_group, state, county, adcode, …, suspected_share, coverage, …, faults``.
    """
    table = pd.DataFrame([county.row for county in counties])
    table = table.assign(state=DONE, faults="")
    groups = table["model"].value_counts().rename_axis("model").reset_index()
    groups = groups.sort_values(["count", "model"], ascending=[False, True], ignore_index=True)
    letters = {model: _letter(number) for number, model in enumerate(groups["model"])}
    table["model_group"] = table["model"].map(letters)
    table = table.sort_values(
        ["model_group", "suspected_share", "county"], ascending=[True, False, True],
        ignore_index=True, na_position="last",
    )  # fmt: skip
    ranked = table["suspected_share"].notna()
    order = ranked.groupby(table["model_group"]).cumsum().astype("Int64")
    table["rank"] = order.where(ranked)
    table = pd.concat([table, _failed_rows(failed, table.columns)], ignore_index=True)
    counts = [name for name in table.columns if name.endswith("_count")]
    table = table.astype(dict.fromkeys([*counts, "rank"], "Int64"))
    first = ["rank", "model_group", "state"]
    return table[[*first, *(name for name in table.columns if name not in first)]]


def _failed_rows(failed: Sequence[Failed], columns: pd.Index) -> pd.DataFrame:
    rows = [
        {
            "county": item.name, "adcode": item.adcode, "title_zh": item.title_zh,
            "title_en": item.title_en, "state": FAILED, "faults": "\n".join(item.faults),
        }
        for item in sorted(failed, key=lambda item: item.name)
    ]  # fmt: skip
    held = ["county", "adcode", "title_zh", "title_en", "state", "faults"]
    return pd.DataFrame(rows, columns=[name for name in columns if name in held])


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"Z{number}"


def candidate_table(counties: Sequence[County], table: pd.DataFrame) -> pd.DataFrame:
    """Return every suspected parcel of the province, ranked as within a county.

    ``province_rank`` goes by score, then area, county and id, among the counties of one score
    model (``model_group``); ``rank`` stays the rank within the county.
    """
    groups = table.set_index("county")["model_group"]
    columns = [column.name for column in CONTRACT]
    parts = []
    for county in counties:
        held = county.suspected[[name for name in columns if name in county.suspected]]
        head = {"model_group": groups[county.name], "county": county.name,
                "adcode": county.row["adcode"]}  # fmt: skip
        parts.append(held.assign(**head))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(
        ["model_group", "score", "area_mu", "county", "parcel_id"],
        ascending=[True, False, False, True, True], ignore_index=True,
    )  # fmt: skip
    rows["province_rank"] = rows.groupby("model_group").cumcount() + 1
    first = ["province_rank", "model_group", *KEYS]
    return rows[[*first, *(name for name in rows.columns if name not in first)]]


def village_table(counties: Sequence[County]) -> pd.DataFrame | None:
    """Return the candidate villages of the province by kind and score; None where none has any."""
    parts = [
        county.villages[county.villages["kind"].isin(VILLAGE_KINDS.values())].assign(
            county=county.name, adcode=county.row["adcode"]
        )
        for county in counties
        if county.villages is not None
    ]
    if not parts:
        return None
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(
        ["kind", "score", "county", "village_id"], ascending=[True, False, True, True],
        ignore_index=True,
    )  # fmt: skip
    return rows[[*KEYS, *(name for name in rows.columns if name not in KEYS)]]


def table_file(county: County, name: str) -> Path:
    """Return where a county keeps one of its tables; it need not be there."""
    return county.folder / "tables" / f"{name}.parquet"


def join_tables(counties: Sequence[County], name: str, target: Path) -> None:
    """Write one table of counties that have it as a Parquet file, a county at a time.

    Columns are the union of the counties' columns; what a county lacks is null. Only one county
    is in memory.
    """
    files = {county: table_file(county, name) for county in counties}
    schemas = [pq.read_schema(file).remove_metadata() for file in files.values()]
    merged = pa.unify_schemas(schemas, promote_options="permissive")
    keys = pa.schema([(key, pa.string()) for key in KEYS])
    schema = pa.schema([*keys, *(item for item in merged if item.name not in KEYS)])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for county, file in files.items():
            writer.write_table(_with_keys(pq.read_table(file), county, schema))


def _with_keys(table: pa.Table, county: County, schema: pa.Schema) -> pa.Table:
    known = {name: table[name] for name in table.column_names}
    known |= {key: pa.array([county.row[key]] * len(table), pa.string()) for key in KEYS}
    columns = [
        known[item.name].cast(item.type) if item.name in known else pa.nulls(len(table), item.type)
        for item in schema
    ]
    return pa.table(columns, schema=schema)


def doubts(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return what makes counties hard to compare, as (Chinese, English)."""
    done = table[table["state"] == DONE]
    told = []
    groups = done["model_group"].value_counts().sort_index()
    if len(groups) > 1:
        listed = ", ".join(f"{name}: {count}" for name, count in groups.items())
        told.append((f"各县评分模型不同，只在同一模型内排序（{listed}）",
                     f"score models differ; ranked within one model only ({listed})"))  # fmt: skip
    days = sorted(done["as_of"].unique())
    if len(days) > 1:
        told.append((f"分析基准日不同：{days[0]} 至 {days[-1]}",
                     f"analysis dates differ: {days[0]} to {days[-1]}"))  # fmt: skip
    twice = sorted(done["adcode"][done["adcode"].duplicated() & (done["adcode"] != "")].unique())
    if twice:
        told.append((f"有几个研究用同一行政区划代码，同一块地可能计了两次：{'、'.join(twice)}",
                     "several studies carry one county code, land may count twice: "
                     + ", ".join(twice)))  # fmt: skip
    counts = done["sources_count"]
    if counts.nunique() > 1:
        told.append((f"资料多少不一（{counts.min()}–{counts.max()} 种），请连同证据覆盖一起看",
                     f"counties differ in sources ({counts.min()} to {counts.max()}): read the "
                     "share beside the coverage"))  # fmt: skip
    return told
