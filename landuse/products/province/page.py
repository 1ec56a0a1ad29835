"""The province's pages: the overview map and the report, each one file that opens no address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from landuse.products import words
from landuse.products.province.county import County
from landuse.products.province.picture import POINTS_SHOWN, draw_province, legend
from landuse.products.province.tables import DONE
from landuse.products.report import page_environment

TOP = 50
SUMS = ("all_count", "all_mu", "assessed_mu", "suspected_count", "suspected_mu",
        "suspected_idle_mu", "suspected_low_efficiency_mu",
        "insufficient_evidence_count")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Province:
    """What the pages and lists show of a province."""

    title_zh: str
    title_en: str
    counties: Sequence[County]
    table: pd.DataFrame
    candidates: pd.DataFrame
    villages: pd.DataFrame | None
    doubts: Sequence[tuple[str, str]]
    links: Mapping[str, str]


def overview_map(province: Province) -> str:
    """Return the page that shows the map and the ranking beside it."""
    return _render("province_map.html.j2", province)


def province_report(province: Province) -> str:
    """Return the report: totals, ranking, first candidates, doubts, and what failed."""
    return _render("province_report.html.j2", province)


def _render(template: str, province: Province) -> str:
    table = province.table
    done = table[table["state"] == DONE]
    total = {name: done[name].sum() for name in SUMS}
    total["suspected_share"] = (
        total["suspected_mu"] / total["assessed_mu"] if total["assessed_mu"] > 0 else None
    )
    picture = draw_province(province.counties, table, province.candidates, links=province.links)
    villages = province.villages
    return page_environment().get_template(template).render(
        province=province, words=words, picture=picture, legend=legend(), total=total,
        done=done.to_dict("records"), failed=table[table["state"] != DONE].to_dict("records"),
        top=province.candidates.head(TOP).to_dict("records"), top_shown=TOP,
        points_shown=min(len(province.candidates), POINTS_SHOWN),
        village_kinds={} if villages is None else villages["kind"].value_counts().to_dict(),
    )  # fmt: skip
