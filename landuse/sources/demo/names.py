"""Plainly invented names: no town, village, zone or firm here exists."""

from __future__ import annotations

import numpy as np

TOWNS = (
    "子陵街道", "甲山镇", "乙溪镇", "丙岭乡", "丁塘镇", "戊桥镇", "己坞乡", "庚田镇",
    "辛湖镇", "壬坑乡", "癸浦镇", "丑源镇", "寅峰乡", "卯洲街道", "辰川镇", "巳水镇",
)  # fmt: skip
ZONES = ("示例经济开发区", "乙溪工业园区", "庚田工业功能区")
_SURNAMES = tuple("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张")
_PLACES = ("上", "下", "前", "后", "里", "外", "东", "西", "大", "小", "新", "老")
_ENDS = ("村", "宅", "塘", "坞", "坑", "畈", "桥", "山", "垅", "店", "溪", "头", "湾", "源")
_TRADES = ("纺织", "机械", "五金", "塑业", "家具", "化纤", "电子", "食品", "建材", "包装")
_LUCK = tuple("安丰华盛泰和兴瑞恒达")


def town_code(serial: int, name: str) -> str:
    """Return the nine-digit code of a town: adcode, then 0xx, 1xx or 2xx by its kind."""
    base = {"道": 0, "镇": 100, "乡": 200}[name[-1]]
    return f"990781{base + serial + 1:03d}"


def village_names(rng: np.random.Generator, count: int, *, suffix: str) -> list[str]:
    """Invent `count` place names such as 上李坞; names may recur, as in any county."""
    place = rng.choice(_PLACES, count)
    family = rng.choice(_SURNAMES, count)
    end = rng.choice(_ENDS, count)
    return [f"{p}{f}{e}{suffix}" for p, f, e in zip(place, family, end, strict=True)]


def firm_names(rng: np.random.Generator, count: int) -> list[str]:
    """Invent `count` firm names such as 示例县华泰纺织有限公司."""
    luck = rng.choice(_LUCK, (count, 2))
    trade = rng.choice(_TRADES, count)
    return [f"示例县{a}{b}{t}有限公司" for (a, b), t in zip(luck, trade, strict=True)]
