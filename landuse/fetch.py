"""Fetch: the open data a study names, into its raw folder; what lies there already is kept."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from landuse.core.errors import Fault, LanduseError, missing_fault
from landuse.fetch_items import Fetching, Item, Say, local, with_mirrors
from landuse.fetch_map import OSM_FILE, fetch_osm
from landuse.sources.address import remotes
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import RasterProduct
from landuse.sources.read import present
from landuse.sources.remote.spec import Progress, Remote
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource, TableSource, VectorSource
from landuse.study import OpenStudy

HOW_WORDS = {
    "local": "本地文件，优先采用 your own, it wins",
    "kept": "已有，未变 there, unchanged",
    "fetched": "已下载 downloaded",
    "made": "已生成 made",
    "by_hand": "须登录自行下载 needs a login: by hand",
    "missing": "缺 missing",
    "failed": "失败 failed",
}


def fetch_study(
    study: OpenStudy, *, offline: bool, progress: Progress, say: Say
) -> tuple[list[str], dict[str, Any], list[Fault]]:
    """Bring the open data of a study into its raw folder.

    Parameters
    ----------
    offline : touch no network; tell what is there and what is missing.
    progress : called as bytes come.
    say : called with each licence before its product is downloaded.

    Returns
    -------
    Lines for a reader, the same as data, and the faults of what could not be had: one file that
    fails does not keep the others from coming.
    """
    fetching = Fetching(study, offline, progress, say)
    for role, source in study.declared.of_kind(RasterSource).items():
        product = PRODUCTS[source.product]
        usable = getattr(study.study.sources, role) or source
        found = usable.files()
        for year, names in source.files().items():
            names_now = found.get(year, names)
            fetching.items += _raster(fetching, role, product, year=year, names=names_now)
    fetch_osm(fetching)
    _tell_the_rest(fetching)
    data = {"files": [asdict(item) for item in fetching.items]} | _totals(fetching.items)
    return _lines(fetching), data, list(dict.fromkeys(fetching.faults))


def _raster(
    fetching: Fetching, role: str, product: RasterProduct, *, year: int | None,
    names: tuple[str, ...],
) -> list[Item]:  # fmt: skip
    """Bring the tiles of one year of a product in; a file of the user's own is left alone."""
    if product.login_needed:
        return [_by_hand(fetching, role, product, name) for name in names]
    if all(_own(fetching.raw, name) for name in names):
        return [local(role, fetching.raw / name) for name in names]
    try:
        known = _remotes(fetching, product, year=year)
    except LanduseError as error:
        fetching.faults += error.faults
        return [Item(role, name, "failed") for name in names]
    title = f"{product.title_zh} {product.title_en}"
    items = []
    for name in names:
        if name in known:
            items.append(fetching.bring(role, known[name], title=title))
        elif present(fetching.raw / name):
            items.append(local(role, fetching.raw / name))
        else:
            fetching.faults.append(_no_address(role, name, known))
            items.append(Item(role, name, "missing"))
    return items


def _own(raw: Path, name: str) -> bool:
    """Tell whether a file lies there under a name that no download of ours has."""
    return present(raw / name) and name.lower().endswith((".gz", ".zip"))


def _remotes(fetching: Fetching, product: RasterProduct, *, year: int | None) -> dict[str, Remote]:
    choice = fetching.study.study.fetch
    found = remotes(product, year=year, bounds=fetching.window, iso3=choice.country)
    return {remote.name: with_mirrors(remote, choice.mirrors) for remote in found}


def _by_hand(fetching: Fetching, role: str, product: RasterProduct, name: str) -> Item:
    path = fetching.raw / name
    if "*" not in name and present(path):
        return local(role, path)
    return Item(role, name, "by_hand", note_zh=product.how_zh, note_en=product.how_en)


def _no_address(role: str, name: str, known: dict[str, Remote]) -> Fault:
    zh, en = ROLE_NAMES[role]
    listed = ", ".join(known) or "-"
    return missing_fault(
        f"{zh}：不知道这个文件从哪里下载", f"{en}: no address is known for this file",
        field=f"sources.{role}", found=name,
        todo_zh=f"把它放进原始数据目录，或改为产品自己的文件名：{listed}",
        todo_en=f"put it into the raw folder, or name the product's own file: {listed}",
    )  # fmt: skip


def _tell_the_rest(fetching: Fetching) -> None:
    """List the files that no download brings: the bureau's own."""
    declared, used = fetching.study.declared, fetching.study.study.sources
    layers: dict[str, VectorSource | TableSource] = {
        **declared.of_kind(VectorSource), **declared.of_kind(TableSource)
    }  # fmt: skip
    for role, source in layers.items():
        if source.path == OSM_FILE:
            continue
        name = getattr(used, role).path if getattr(used, role) else source.path
        path = fetching.raw / name
        there = present(path)
        fetching.items.append(local(role, path) if there else Item(role, name, "missing"))


def _totals(items: list[Item]) -> dict[str, int]:
    fetched = [item for item in items if item.how == "fetched"]
    return {
        "received_bytes": sum(item.received_bytes for item in fetched),
        "requests": sum(item.requests for item in fetched),
        "remote_bytes": sum(item.remote_bytes or 0 for item in fetched),
    }


def _lines(fetching: Fetching) -> list[str]:
    lines = [f"原始数据目录 raw folder: {fetching.raw}"]
    hints: list[str] = []
    for item in fetching.items:
        zh, _ = ROLE_NAMES[item.role]
        size = f"  {item.bytes / 1e6:.2f} MB" if item.bytes else ""
        if item.received_bytes:
            size += f"（收到 received {item.received_bytes / 1e6:.2f} MB）"
        lines.append(f"  {HOW_WORDS[item.how]}  {zh}  {item.file}{size}")
        if item.note_zh and (hint := f"    {item.note_zh} / {item.note_en}") not in hints:
            hints.append(hint)
            lines.append(hint)
    total = _totals(fetching.items)
    if total["requests"]:
        lines.append(
            f"共收到 received {total['received_bytes'] / 1e6:.2f} MB，"
            f"{total['requests']} 次请求 requests；提供方的文件合计 the providers' files hold "
            f"{total['remote_bytes'] / 1e6:.1f} MB"
        )
    if fetching.offline:
        lines.append("未联网 offline: 没有打开任何连接 no connection was opened")
    return lines
