"""The development bureau's list of major projects looking for land; its cells carry real dirt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from landuse.sources.demo.county import County
from landuse.sources.demo.frame import Array

FULL_FRAME_M = 20_000.0
FULL, SMALL = 200, 24
MIDDLE_MU = {FULL: 16.0, SMALL: 5.5}
SPREAD, EVERY, LARGE_TIMES = 0.75, 20, 12.0
# GB/T 4754 codes with the share of projects, and what such projects are called.
INDUSTRIES = {
    "C17": (0.28, "纺织面料"), "C18": (0.10, "服装"), "C26": (0.06, "化学新材料"),
    "C33": (0.10, "金属制品"), "C34": (0.12, "通用设备"), "C38": (0.10, "电气机械"),
    "C39": (0.08, "电子元件"), "G59": (0.06, "仓储物流"), "M73": (0.06, "研发中心"),
    "": (0.04, "招商储备"),
}  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def projects(county: County) -> pd.DataFrame:
    """Return projects with what they ask of land: about 200 in a full county, 24 in a small one.

    Sizes are log-normal; one in 20 asks for far more than the county has in one piece. A few cells
    hold full-width digits, a thousands comma or blanks, as typed tables do.
    """
    rng = county.frame.rng("projects")
    count = FULL if county.frame.plan.side_m > FULL_FRAME_M else SMALL
    code = rng.choice(list(INDUSTRIES), count, p=[share for share, _ in INDUSTRIES.values()])
    area = MIDDLE_MU[count] * rng.lognormal(0, SPREAD, count)
    large = np.arange(count) % EVERY == EVERY - 1
    area = np.where(large, LARGE_TIMES * MIDDLE_MU[count], area)
    side = np.sqrt(area * 10_000 / 15)
    chemistry = code == "C26"
    table = pd.DataFrame({
        "项目编号": [f"XM{number:03d}" for number in range(1, count + 1)],
        "项目名称": [f"{INDUSTRIES[one][1]}项目{number}" for number, one in enumerate(code, 1)],
        "用地面积(亩)": np.round(area, 1),
        "最小宽度(m)": _some(rng, np.round(side * rng.uniform(0.35, 0.7, count)), 0.6),
        "最大坡度(°)": _some(rng, rng.choice([5.0, 8.0, 15.0], count), 0.5),
        "距高速互通上限(km)": _some(rng, rng.choice([5.0, 10.0, 20.0], count), 0.3),
        "行业代码": code,
        "容积率": np.round(rng.uniform(0.7, 2.2, count), 2),
        "区内外要求": rng.choice(["区内", "不限", "区外", ""], count, p=[0.35, 0.4, 0.1, 0.15]),
        "防护距离(m)": np.where(chemistry, 100.0, np.nan),
        "优先级": rng.choice([1, 2, 3], count, p=[0.15, 0.35, 0.5]),
    })  # fmt: skip
    return _dirty(rng, table)


def _some(rng: np.random.Generator, values: Array, share: float) -> Array:
    """Leave a wish out of some projects."""
    return np.asarray(np.where(rng.random(len(values)) < share, values, np.nan))


def _dirty(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Write numbers as a clerk types them: a few in full-width digits, some with blanks."""
    text = [f"{value:,.1f}" for value in table["用地面积(亩)"]]
    odd = rng.random(len(table))
    table["用地面积(亩)"] = [
        one.translate(FULL_WIDTH) if chance < 0.03 else f" {one} " if chance < 0.08 else one
        for one, chance in zip(text, odd, strict=True)
    ]
    return table
