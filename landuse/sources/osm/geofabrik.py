"""Which Geofabrik extract holds a county, and how it is downloaded: whole, with its MD5."""

from __future__ import annotations

import re
from dataclasses import dataclass

from landuse.core.errors import fail, study_fault
from landuse.core.settings import Mark
from landuse.sources.boundaries.codes import require_county_code
from landuse.sources.osm.layers import ATTRIBUTION, LICENCE
from landuse.sources.remote.http import Client
from landuse.sources.remote.refusal import RefusalError
from landuse.sources.remote.spec import Remote

ROOT = "https://download.geofabrik.de/asia"
_MD5 = re.compile(rb"\A\s*([0-9a-fA-F]{32})\b")


@dataclass(frozen=True)
class Extract:
    """One province file: its path below ``ROOT`` and how well the name is known."""

    path: str
    mark: Mark


EXTRACTS: dict[str, Extract] = {
    code: Extract(f"china/{name}", "V")
    for code, name in {
        "11": "beijing", "12": "tianjin", "13": "hebei", "14": "shanxi", "15": "inner-mongolia",
        "21": "liaoning", "22": "jilin", "23": "heilongjiang", "31": "shanghai", "32": "jiangsu",
        "33": "zhejiang", "34": "anhui", "35": "fujian", "36": "jiangxi", "37": "shandong",
        "41": "henan", "42": "hubei", "43": "hunan", "44": "guangdong", "45": "guangxi",
        "46": "hainan", "50": "chongqing", "51": "sichuan", "52": "guizhou", "53": "yunnan",
        "54": "tibet", "61": "shaanxi", "62": "gansu", "63": "qinghai", "64": "ningxia",
        "65": "xinjiang", "81": "hong-kong", "82": "macau",
    }.items()
} | {"71": Extract("taiwan", "M")}  # fmt: skip
"""First two digits of a county code -> extract. V: listed by a reader of the provider's index in
May 2026 (hebei holds Beijing and Tianjin too, guangdong Hong Kong and Macau). Shaanxi 61, Shanxi
14: two names one letter apart."""


def extract_for(adcode: str) -> Extract:
    """Return the extract of the province a county lies in.

    Every object that crosses the border of a province is whole in the file of either side, so one
    file is enough for a county; what lies beyond the border may be missing.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is no county code.
    """
    return EXTRACTS[require_county_code(adcode)[:2]]


def remote_for(adcode: str, *, client: Client | None = None) -> Remote:
    """Return the download of a county's province; with a client, its MD5 is asked for as well.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is no county code, 3 if the MD5 beside the file cannot be had.
    """
    extract = extract_for(adcode)
    return remote_at(f"{ROOT}/{extract.path}-latest.osm.pbf", client=client)


def remote_at(url: str, *, client: Client | None = None) -> Remote:
    """Return the download of one extract by its URL; ``url + ".md5"`` is its checksum.

    Raises
    ------
    LanduseError
        Exit code 2 if the URL names no .osm.pbf file, 3 if the MD5 cannot be had.
    """
    name = url.rpartition("/")[2]
    if not name.endswith(".osm.pbf"):
        raise fail(
            study_fault(
                "不是 .osm.pbf 的网址", "the URL names no .osm.pbf file", field="url", found=url,
                todo_zh="例如 https://…/zhejiang-latest.osm.pbf",
                todo_en="for example https://…/zhejiang-latest.osm.pbf",
            )
        )  # fmt: skip
    checksum = _md5(url, name, client) if client else ""
    return Remote(
        name=name, urls=(url,), access="whole", checksum=checksum, licence=LICENCE,
        attribution=ATTRIBUTION,
    )  # fmt: skip


def _md5(url: str, name: str, client: Client) -> str:
    body = client.get(f"{name}.md5", (f"{url}.md5",), check=_require_md5)
    found = _MD5.match(body)
    return f"md5:{found[1].decode().lower()}" if found else ""


def _require_md5(_content_type: str, body: bytes) -> None:
    if not _MD5.match(body):
        raise RefusalError("来的不是 MD5 校验值", "what came is no MD5 checksum")
