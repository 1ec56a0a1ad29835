"""What the report shows of the consolidation plan: the ladder, the front as a chart, the sites."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from landuse.products.facts import PlanFacts
from landuse.products.numbers import number

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 14, 40
TICKS = 5


def plan_page(proposal: PlanFacts | None) -> dict[str, Any] | None:
    """Return the ladder's rows, what is to be relaxed, the chart of the front, and the sites."""
    if proposal is None:
        return None
    refused = proposal.refused.groupby(["rule_zh", "rule_en"]).size().sort_values(ascending=False)
    sites = proposal.sites
    return {
        "ladder": proposal.ladder.to_dict("records"),
        "relax": [rows.to_dict("records") for _, rows in proposal.relax.groupby("option")],
        "chart": front_chart(proposal.front),
        "villages": len(proposal.plan),
        "reach": proposal.reach.to_dict("records")[0],
        "sites": len(sites),
        "capacity": float(sites["capacity_households"].sum()),
        "unchecked": sorted({text for text in sites["unchecked"] if text}),
        "refused": [
            {"zh": zh, "en": en, "count": int(count)} for (zh, en), count in refused.items()
        ],
    }


def front_chart(front: pd.DataFrame) -> dict[str, Any] | None:
    """Return the front of quota against households moved as places on a picture; None without."""
    if front.empty:
        return None
    x, y = front["households"].to_numpy("float64"), front["quota_mu"].to_numpy("float64")
    ticks_x, ticks_y = _ticks(x.max()), _ticks(y.max())
    right, top = WIDTH - RIGHT, HEIGHT - BOTTOM
    px = LEFT + x / ticks_x[-1] * (right - LEFT)
    py = top - y / ticks_y[-1] * (top - TOP)
    return {
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": right, "top": TOP, "bottom": top,
        "points": [{"x": f"{a:.1f}", "y": f"{b:.1f}", "households": h, "quota": q}
                   for a, b, h, q in zip(px, py, x, y, strict=True)],
        "x": [{"at": f"{LEFT + v / ticks_x[-1] * (right - LEFT):.1f}", "text": number(v)}
              for v in ticks_x],
        "y": [{"at": f"{top - v / ticks_y[-1] * (top - TOP):.1f}", "text": number(v)}
              for v in ticks_y],
    }  # fmt: skip


def _ticks(most: float) -> list[float]:
    """Return at most ``TICKS`` + 1 round values from 0 to the first that is not below ``most``."""
    rough = max(most, 1e-9) / TICKS
    scale = 10.0 ** np.floor(np.log10(rough))
    step = next(scale * part for part in (1, 2, 2.5, 5, 10) if scale * part >= rough - 1e-12)
    return [float(value) for value in np.arange(0, np.ceil(most / step - 1e-9) + 1) * step]
