"""Where the area went: what came in is what stays plus what was taken out, each by name."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu

STAGE = "derived_parcels"
NAMES = {
    "entered": ("进入", "entered"),
    "filled": ("填补的小空洞", "small holes filled"),
    "covered": ("被更小图斑覆盖", "covered by a smaller polygon"),
    "water": ("水面", "water"),
    "road": ("道路用地", "road land"),
    "outside": ("在乡镇界以外", "outside every town"),
    "small": ("面积过小且无相邻地块", "too small and without a neighbour"),
    "sliver": ("过窄且无相邻地块", "too thin and without a neighbour"),
    "parcels": ("成为地块", "became parcels"),
}


@dataclass
class Ledger:
    """Areas on the map plane, square metres, in the order they were written down."""

    area_m2: dict[str, float] = field(default_factory=dict)

    def write(self, **area_m2: float) -> None:
        """Write areas down by name."""
        self.area_m2 |= area_m2

    def table(self) -> pd.DataFrame:
        """Return the ledger: item, zh, en, area_m2."""
        rows = [(item, *NAMES[item], area) for item, area in self.area_m2.items()]
        table = pd.DataFrame(rows, columns=["item", "zh", "en", "area_m2"])
        return table.astype({"item": "str", "zh": "str", "en": "str", "area_m2": "float64"})

    def findings(self) -> list[Finding]:
        """Return a finding for each area that was taken out or added."""
        out = []
        for item, area in self.area_m2.items():
            if item in ("entered", "parcels") or area <= 0:
                continue
            (zh, en), mu = NAMES[item], m2_to_mu(area)
            kind = "repaired" if item == "filled" else "dropped"
            out.append(note(kind, f"{zh}：{mu:.1f} 亩", f"{en}: {mu:.1f} mu", value=f"{area:.1f}"))
        return out


def note(kind: str, zh: str, en: str, *, value: str = "", object_id: str = "") -> Finding:
    """Return a finding of the making of parcels."""
    return Finding(
        stage=STAGE, kind=kind, object_id=object_id, value=value, message_zh=zh, message_en=en
    )


def absent(layers: dict[str, tuple[gpd.GeoDataFrame | None, str, str]]) -> list[Finding]:
    """Return a finding for each layer that is not there."""
    return [
        note("absent", f"没有{zh}，地块未按它切割", f"no {en}: parcels are not cut by them")
        for layer, zh, en in layers.values()
        if layer is None
    ]
