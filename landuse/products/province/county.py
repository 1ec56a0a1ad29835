"""One finished county as the province reads it: from its products, and from nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from landuse.products.totals import county_totals
from landuse.products.words import SUSPECTED
from landuse.scores.villages import KINDS

LONLAT = "EPSG:4326"
DIGEST_SIGNS = 8
FIGURES = (
    "all_count", "all_mu", "assessed_count", "assessed_mu", "suspected_count", "suspected_mu",
    "suspected_idle_count", "suspected_idle_mu", "suspected_low_efficiency_count",
    "suspected_low_efficiency_mu", "insufficient_evidence_count", "insufficient_evidence_mu",
    "vetoed_count", "vetoed_mu", "suspected_share",
)  # fmt: skip
VILLAGE_KINDS = {
    "relocation_count": KINDS["mrs"][0], "hollow_count": KINDS["hvs"][0],
    "scattered_count": KINDS["scattered"][0],
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class County:
    """What the province takes from a county.

    ``row`` is its line of the county table; ``suspected`` its flagged parcels; ``villages`` its
    natural villages or None; ``outline`` in degrees, of its towns, else around its parcels.
    """

    name: str
    folder: Path
    row: dict[str, Any]
    suspected: pd.DataFrame
    villages: pd.DataFrame | None
    outline: shapely.Geometry


@dataclass(frozen=True)
class Failed:
    """A county that could not be finished, and what its run said."""

    name: str
    title_zh: str
    title_en: str
    adcode: str
    faults: tuple[str, ...] = field(default_factory=tuple)


def read_county(folder: Path) -> County:
    """Read a county's products from the folder a run wrote them to."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    parcels = pd.read_parquet(folder / "tables" / "parcels.parquet")
    file = folder / "tables" / "villages.parquet"
    villages = pd.read_parquet(file) if file.is_file() else None
    outline, basis = _outline(folder, parcels)
    row = _head(manifest) | _figures(parcels) | _village_figures(villages)
    return County(
        name=row["county"], folder=folder, row=row | {"outline_basis": basis},
        suspected=parcels[parcels["flag"].isin(SUSPECTED)], villages=villages, outline=outline,
    )  # fmt: skip


def model_digest(model: Any) -> str:
    """Return a short digest of a score model: equal digests mean comparable scores."""
    text = json.dumps(model, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_SIGNS]


def _head(manifest: dict[str, Any]) -> dict[str, Any]:
    study = manifest["study"]
    head, sources = study["study"], study["sources"]
    return {
        "county": head["name"],
        "adcode": head["adcode"],
        "title_zh": head["title_zh"],
        "title_en": head["title_en"],
        "as_of": head["as_of"],
        "run_code": manifest["run_code"],
        "landuse": manifest["landuse"],
        "model": model_digest(manifest["score_model"]),
        "sources_count": sum(1 for source in sources.values() if source),
    }


def _figures(parcels: pd.DataFrame) -> dict[str, Any]:
    """Return totals, and the coverage of the evidence by area of what was assessed."""
    totals = county_totals(parcels)
    assessed = parcels[parcels["flag"] != "vetoed"]
    area = assessed["area_mu"].to_numpy("float64")
    coverage = assessed["coverage"].astype("float64").fillna(0).to_numpy()
    mean = float(np.average(coverage, weights=area)) if area.sum() > 0 else np.nan
    figures = {name: int(totals[name]) if name.endswith("_count") else float(totals[name])
               for name in FIGURES}  # fmt: skip
    return figures | {"coverage": mean}


def _village_figures(villages: pd.DataFrame | None) -> dict[str, Any]:
    if villages is None:
        return dict.fromkeys(("villages_count", *VILLAGE_KINDS))
    kinds = {name: int((villages["kind"] == kind).sum()) for name, kind in VILLAGE_KINDS.items()}
    return {"villages_count": len(villages)} | kinds


def _outline(folder: Path, parcels: pd.DataFrame) -> tuple[shapely.Geometry, str]:
    """Return a county's outline in degrees and what it was made of."""
    file = folder / "candidates.gpkg"
    if file.is_file() and "districts" in set(pyogrio.list_layers(file)[:, 0]):
        districts = pyogrio.read_dataframe(file, layer="districts", columns=["level"])
        towns = districts[districts["level"] == "town"]
        if len(towns):
            shape = gpd.GeoSeries([shapely.union_all(towns.geometry)], crs=towns.crs)
            return shape.to_crs(LONLAT).iloc[0], "towns"
    points = shapely.points(parcels[["lon", "lat"]].dropna().to_numpy("float64"))
    return shapely.convex_hull(shapely.multipoints(points)), "parcels"
