"""Which web tiles may lie under a map: not shifted, and without a key in the file."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

SHIFTED_HOSTS = {
    "amap.com": "GCJ-02", "autonavi.com": "GCJ-02", "google.cn": "GCJ-02", "gtimg.com": "GCJ-02",
    "map.qq.com": "GCJ-02", "baidu.com": "BD-09", "bdimg.com": "BD-09", "bcebos.com": "BD-09",
    "geoq.cn": "GCJ-02",
}  # fmt: skip
"""Hosts whose tiles of China are known to lie 100 to 700 m (BD-09: up to 1 km) off."""
KEY_NAMES = frozenset({"tk", "key", "ak", "token", "access_token", "accesstoken", "api_key",
                       "apikey", "app_key", "appkey", "app_id", "app_code", "sig"})  # fmt: skip
KEY_FIELD = "{key}"
_NEEDED = ("{z}", "{x}", "{y}")
_LIKE_A_KEY = re.compile(r"[0-9A-Za-z_-]{24,}")


def tile_faults(url: str) -> list[tuple[str, str]]:
    """Return what is wrong with an address template of web tiles, (Chinese, English) each.

    Tiles in GCJ-02 or BD-09 are refused: a map in CGCS2000 over them would point at the
    neighbour's plot. A key is refused in any form but the field ``{key}``, which the reader of the
    map fills in while it is open.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    faults = []
    datum = next(
        (
            datum
            for name, datum in SHIFTED_HOSTS.items()
            if host == name or host.endswith(f".{name}")
        ),
        None,
    )
    if datum:
        faults.append((
            f"该底图采用 {datum}，与 CGCS2000 相差数百米，不能叠加；改用天地图（CGCS2000）或 OSM",
            f"these tiles are in {datum}, hundreds of metres off CGCS2000: use Tianditu or OSM",
        ))  # fmt: skip
    named = [name for name, value in parse_qsl(parts.query) if _is_key(name, value)]
    if named or _LIKE_A_KEY.search(parts.path) or parts.username or parts.password:
        word = named[0] if named else "tk"
        faults.append((
            f"密钥不得写入文件：写成 {word}={KEY_FIELD}，打开地图时再填",
            f"a key must not stand in a file: write {word}={KEY_FIELD}; the map asks for it",
        ))  # fmt: skip
    missing = [field for field in _NEEDED if field not in url]
    if missing:
        lacking = ", ".join(missing)
        faults.append((f"底图地址缺少 {lacking}", f"the address of the tiles lacks {lacking}"))
    return faults


def _is_key(name: str, value: str) -> bool:
    if value == KEY_FIELD:
        return False
    return name.lower() in KEY_NAMES or bool(_LIKE_A_KEY.search(value))
