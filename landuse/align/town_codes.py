"""Towns get their codes from a list by name, and codes they carry are checked against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.align.fields import clean_text, spoilt_codes
from landuse.align.town_names import plain_name, stem_of
from landuse.core.errors import Fault, LanduseError, data_fault
from landuse.core.findings import Finding

STAGE = "align.town_codes"
_COUNTY, _TOWN = 6, 9
_LONGER = (12, 19)
_LISTED = 30
_TOWNS, _LIST = "towns", "village_list"


def join_codes(
    towns: gpd.GeoDataFrame, codes: pd.DataFrame | None, *, adcode: str | None = None
) -> dict[str, Any]:
    """Give towns without a code the one their name has in a list, and check codes they carry.

    Names are compared in one width and without blanks; first as they are, then, for what is
    left on both sides, without administrative suffix and ethnic groups (水亭乡 = 水亭畲族乡,
    乡 = 镇 = 街道). Only one-to-one matches are taken; each that is not exact is a finding, and
    the list's name is taken. Codes are text: 330781001.0 is read as 330781001, and codes of 12
    or 19 digits give way to their first 9 where one town has one name.

    Parameters
    ----------
    towns : rows with ``town_code``, ``town_name`` or both.
    codes : rows with ``town_name`` and ``town_code``, or ``village_code`` of 12 digits instead:
        a row for each town or each village. None: towns must carry codes.
    adcode : the county; rows of other counties are left out of the list.

    Returns
    -------
    ``layer``: the towns in their order with ``town_code`` and, where known, ``town_name``.
    ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 4 with every fault at once: codes that cannot be read, a list at odds with
        itself, towns that match none or several (with what is left of the list).
    """
    faults: list[Fault] = []
    findings: list[Finding] = []
    layer = towns.copy()
    code = _codes(layer, "town_code", name=_TOWNS, faults=faults)
    name = _names(layer)
    known = pd.DataFrame({"code": code, "name": name}, index=layer.index)
    faults += _at_odds(known.dropna(), name=_TOWNS)
    listed = _listed_towns(codes, adcode=adcode, faults=faults)
    if faults:
        raise LanduseError(faults)
    if listed is None:
        _require_codes(known)
    else:
        findings += _checked(known, listed)
        findings += _joined(known, listed)
        known["name"] = known["name"].fillna(known["code"].map(listed))
        findings += _unused(known, listed)
    columns = {"town_code": known["code"].astype("str")}
    if known["name"].notna().any():
        columns["town_name"] = known["name"].astype("str")
    rest = layer.drop(columns=["town_code", "town_name"], errors="ignore")
    others = [name for name in rest.columns if name != rest.geometry.name]
    layer = rest.assign(**columns)[[*columns, *others, rest.geometry.name]]
    return {"layer": layer, "findings": findings}


def _names(table: pd.DataFrame) -> pd.Series:
    if "town_name" not in table.columns:
        return pd.Series(None, index=table.index, dtype="object")
    return clean_text(table["town_name"])[0].astype("object")


def _codes(table: pd.DataFrame, column: str, *, name: str, faults: list[Fault]) -> pd.Series:
    """Return a column of codes as text of 9 digits where it has longer ones; blank is null."""
    if column not in table.columns:
        return pd.Series(None, index=table.index, dtype="object")
    text = clean_text(table[column])[0]
    faults += spoilt_codes({column: text}, file=name)
    text = text.str.normalize("NFKC").str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
    digits = text.str.fullmatch(r"\d+", na=False) & text.str.len().isin(_LONGER)
    return text.mask(digits, text.str[:_TOWN]).astype("object")


def _at_odds(pairs: pd.DataFrame, *, name: str) -> list[Fault]:
    """Return a fault that lists the codes with several names; none if each has one."""
    plain = pairs.assign(plain=pairs["name"].map(plain_name))
    names = plain.drop_duplicates(["code", "plain"]).groupby("code")["name"].agg(sorted)
    odd = names[names.map(len) > 1]
    if odd.empty:
        return []
    shown = [f"{code}: {' / '.join(some)}" for code, some in odd.items()]
    return [
        data_fault(
            f"{len(odd)} 个乡镇代码对应不止一个名称",
            f"{len(odd)} town codes have more than one name",
            file=name,
            field="town_code, town_name",
            found="; ".join(shown[:_LISTED]),
            todo_zh="改正代码或名称；若这是村级图层或名册，乡镇名称列要对应到乡镇",
            todo_en="mend codes or names; in a layer or list of villages, map the town's name",
        )
    ]


def _listed_towns(
    codes: pd.DataFrame | None, *, adcode: str | None, faults: list[Fault]
) -> pd.Series | None:
    """Return the names of the list by code, sorted; None where there is no list of names."""
    if codes is None or "town_name" not in codes.columns:
        return None
    column = "town_code" if "town_code" in codes.columns else "village_code"
    code = _codes(codes, column, name=_LIST, faults=faults)
    pairs = pd.DataFrame({"code": code, "name": _names(codes)}).dropna()
    if adcode:
        pairs = pairs[pairs["code"].str.startswith(adcode)]
    faults += _at_odds(pairs, name=_LIST)
    pairs = pairs.drop_duplicates("code").sort_values("code")
    return pd.Series(pairs["name"].to_numpy(), index=pairs["code"].to_numpy(), dtype="object")


def _require_codes(known: pd.DataFrame) -> None:
    bare = known[known["code"].isna()]
    if bare.empty:
        return
    names = bare["name"].fillna("?").astype("str")
    raise LanduseError(
        [
            data_fault(
                f"{len(bare)} 个乡镇没有代码，也没有名册可以按名称查代码",
                f"{len(bare)} towns have no code, and there is no list to find it by name",
                file=_TOWNS,
                field="town_code",
                found=", ".join(sorted(names)[:_LISTED]),
                todo_zh="对应 town_code，或加上 village_list（town_code、town_name 两列）",
                todo_en="map town_code, or add village_list with town_code and town_name",
            )
        ]
    )


def _checked(known: pd.DataFrame, listed: pd.Series) -> list[Finding]:
    """Return the doubts about the codes that towns carry."""
    findings = []
    rows = known[known["code"].notna()].drop_duplicates("code").sort_values("code")
    for code, name in rows.itertuples(index=False):
        if code not in listed.index:
            findings.append(_doubt(code, str(name), "-", "名册里没有这个代码", "not in the list"))
        elif isinstance(name, str) and plain_name(name) != plain_name(listed[code]):
            zh, en = "图层与名册的名称不同", "layer and list have different names"
            findings.append(_doubt(code, name, listed[code], zh, en))
    return findings


def _doubt(code: str, ours: str, theirs: str, zh: str, en: str) -> Finding:
    return Finding(
        stage=STAGE,
        kind="doubt",
        object_id=code,
        value=f"{ours} / {theirs}",
        message_zh=f"乡镇代码 {code}（{ours}）：{zh}（{theirs}）",
        message_en=f"town code {code} ({ours}): {en} ({theirs})",
    )


@dataclass(frozen=True)
class _Match:
    """Names matched one to one (name of the layer to code), and the names left."""

    codes: dict[str, str]
    left: list[str]


def _joined(known: pd.DataFrame, listed: pd.Series) -> list[Finding]:
    """Fill the missing codes of ``known`` by name; return a finding for each inexact match."""
    bare = known["code"].isna()
    if not bare.any():
        return []
    names = known.loc[bare, "name"].map(plain_name, na_action="ignore")
    free = listed[~listed.index.isin(known["code"])]
    exact = _match(sorted(set(names.dropna())), free, plain_name)
    free_now = free[~free.index.isin(exact.codes.values())]
    loose = _match(exact.left, free_now, stem_of)
    if loose.left or names.isna().any():
        left = free_now[~free_now.index.isin(loose.codes.values())]
        shown = [str(known.loc[at, "name"]) for at in names.index[names.isin(loose.left)]]
        raise LanduseError([_unmatched(shown, int(names.isna().sum()), left)])
    known.loc[bare, "code"] = names.map(exact.codes | loose.codes)
    findings = []
    for name in sorted(loose.codes, key=loose.codes.__getitem__):
        code = loose.codes[name]
        ours = str(known.loc[names.index[names == name][0], "name"])
        findings.append(_inexact(code, ours, listed[code]))
    known.loc[bare, "name"] = known.loc[bare, "code"].map(listed)
    return findings


def _match(names: list[str], listed: pd.Series, key: Any) -> _Match:
    """Match plain names to the list by a key that neither side has twice."""
    ours = pd.Series(names, dtype="object")
    mine = ours.map(key)
    theirs = listed.map(key)
    single = theirs[~theirs.duplicated(keep=False)]
    code_of = dict(zip(single, single.index, strict=True))
    fits = ~mine.duplicated(keep=False) & mine.isin(code_of)
    codes = {name: str(code_of[word]) for name, word in zip(ours[fits], mine[fits], strict=True)}
    return _Match(codes, ours[~fits].tolist())


def _inexact(code: str, ours: str, theirs: str) -> Finding:
    return Finding(
        stage=STAGE,
        kind="repaired",
        object_id=code,
        value=f"{ours} = {theirs}",
        message_zh=f"{ours} 按去掉后缀和民族名称对应到 {theirs}（{code}）",
        message_en=f"{ours} matched {theirs} ({code}) without suffix and ethnic groups",
    )


def _unmatched(names: list[str], blank: int, left: pd.Series) -> Fault:
    ours = sorted(names) + [f"({blank} blank)"] * bool(blank)
    theirs = [f"{name} {code}" for code, name in left.items()]
    return data_fault(
        f"{len(names) + blank} 个乡镇按名称找不到唯一的代码",
        f"{len(names) + blank} towns have no code of their own in the list by name",
        file=_TOWNS,
        field="town_name",
        found=f"towns: {', '.join(ours[:_LISTED])} | village_list: "
        + (", ".join(theirs[:_LISTED]) or "-"),
        todo_zh="改正名称、给图层加 town_code，或删去不是乡镇的图形（如整个县）",
        todo_en="mend the names, map town_code, or remove shapes that are no towns, such as the "
        "whole county",
    )


def _unused(known: pd.DataFrame, listed: pd.Series) -> list[Finding]:
    """Return a doubt for each town of the list, in the counties met, that the layer lacks."""
    counties = set(known["code"].str[:_COUNTY])
    missing = listed[~listed.index.isin(known["code"]) & listed.index.str[:_COUNTY].isin(counties)]
    return [
        Finding(
            stage=STAGE,
            kind="doubt",
            object_id=str(code),
            value=str(name),
            message_zh=f"名册里的 {name}（{code}）在乡镇图层中没有，其土地会算进邻镇",
            message_en=f"{name} ({code}) of the list is not in the towns layer; its land counts "
            "as its neighbours'",
        )
        for code, name in missing.items()
    ]
