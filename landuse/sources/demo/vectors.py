"""The vector layers as the bureau and OpenStreetMap would hand them over."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from rasterio.features import shapes as raster_shapes
from scipy import ndimage

from landuse.sources.demo import names
from landuse.sources.demo.county import County, nearest_polygon
from landuse.sources.demo.frame import (
    ADCODE,
    COUNTY_NAME,
    TERRAIN_M,
    WORK_CRS,
    Array,
    Warp,
)
from landuse.sources.demo.parcels import DLBM, DLMC, HAMLET_SITE, IND, LONE_SITE, VIL
from landuse.sources.demo.surface import CROP

ZONE_PREFIXED = "EPSG:4528"
CGCS2000 = "EPSG:4490"
_PREFIX = {
    "eco_redline": "HX", "prime_farmland": "YN", "growth_boundary": "KF", "heritage": "WB",
}  # fmt: skip
_ZONE_SHIFT_M = 40_000_000.0


def parcel_ids(county: County) -> Array:
    """Return the BSM of every plot: adcode and a serial that runs village by village."""
    order = np.argsort(county.plots["village"].to_numpy(), kind="stable")
    serial = np.empty(len(order), dtype=int)
    serial[order] = np.arange(1, len(order) + 1)
    return np.array([f"{ADCODE}{s:012d}" for s in serial], dtype=object)


def planted_ids(county: County) -> Array:
    """Return the BSM of the planted plots: serials behind all others."""
    first, count = len(county.plots) + 1, len(county.planted.plots)
    return np.array([f"{ADCODE}{s:012d}" for s in range(first, first + count)], dtype=object)


def recorded_shapes(county: County) -> Array:
    """Return the plots as the survey drew them: off by about a metre times the noise."""
    amplitude = min(3.0 * county.frame.noise, 12.0)
    warp = Warp.draw(county.frame.rng("survey"), amplitude_m=amplitude, wave_m=400.0)
    return np.asarray(shapely.transform(county.plots.geometry.to_numpy(), warp))


def dltb(county: County, ids: Array) -> gpd.GeoDataFrame:
    """Return the construction-land plots in EPSG:4528 with their planted dirt.

    TBMJ is the area on the ellipsoid (m2): planar area over the squared scale of the projection,
    k = 1 + (E - 500 km)^2 / 2 R^2 at the centroid.
    """
    plots, villages = county.plots, county.town.villages
    shapes = recorded_shapes(county)
    kind, village = plots["kind"].to_numpy(), plots["village"].to_numpy()
    rng = county.frame.rng("parcel dirt")
    rural = (kind == VIL) | plots["site_kind"].isin((HAMLET_SITE, LONE_SITE)).to_numpy()
    collective = rural & (rng.random(len(plots)) < np.where(kind == VIL, 1.0, 0.7))
    table = pd.DataFrame(
        {
            "BSM": ids,
            "DLBM": np.array(DLBM, dtype=object)[kind],
            "DLMC": _blanks(rng, np.array(DLMC, dtype=object)[kind]),
            "QSXZ": np.where(collective, "30", "10"),
            "ZLDWDM": villages["ZLDWDM"].to_numpy()[village] + "0000000",
            "ZLDWMC": _blanks(rng, villages["ZLDWMC"].to_numpy()[village]),
            "TBMJ": _ellipsoidal_m2(shapes),
            "CZCSXM": plots["CZCSXM"].to_numpy(),
        }
    )
    broken = _break_rings(rng, shapes, np.flatnonzero((plots["truth"] == "in_use") & (kind < 7)))
    more = _planted_rows(county)
    every = np.concatenate([broken, more.geometry.to_numpy()])
    prefixed = shapely.transform(every, lambda xy: xy + np.array([_ZONE_SHIFT_M, 0.0]))
    rows = pd.concat([table, pd.DataFrame(more.drop(columns="geometry"))], ignore_index=True)
    layer = gpd.GeoDataFrame(rows, geometry=prefixed, crs=ZONE_PREFIXED)
    return layer.sort_values("BSM").reset_index(drop=True)


def _ellipsoidal_m2(shapes: Array) -> Array:
    scale = 1 + (shapely.get_x(shapely.centroid(shapes)) - 500_000.0) ** 2 / (2 * 6_367_000.0**2)
    return np.asarray(np.round(shapely.area(shapes) / scale**2, 2))


def _planted_rows(county: County) -> gpd.GeoDataFrame:
    """Return the planted plots as rows of the survey: industry, collective land, never built."""
    planted, villages = county.planted.plots, county.town.villages
    shapes = planted.geometry.to_numpy()
    at = nearest_polygon(villages.geometry.to_numpy(), shapely.point_on_surface(shapes))
    table = pd.DataFrame(
        {
            "BSM": planted_ids(county),
            "DLBM": DLBM[IND],
            "DLMC": DLMC[IND],
            "QSXZ": "30",
            "ZLDWDM": villages["ZLDWDM"].to_numpy()[at] + "0000000",
            "ZLDWMC": villages["ZLDWMC"].to_numpy()[at],
            "TBMJ": _ellipsoidal_m2(shapes),
            "CZCSXM": "203",
        }
    )
    return gpd.GeoDataFrame(table, geometry=shapes, crs=WORK_CRS)


def _blanks(rng: np.random.Generator, text: Array) -> Array:
    """Leave wide blanks (U+3000) behind three texts in a hundred.

    DBF pads with plain blanks, which readers drop; the wide blank is the one that survives.
    """
    return np.where(rng.random(len(text)) < 0.03, text.astype(object) + "　", text)


def _break_rings(rng: np.random.Generator, shapes: Array, sound: Array) -> Array:
    """Twist seven rings to bow-ties and lose one geometry, all among plots in use."""
    chosen = rng.choice(sound, 8, replace=False)
    out = shapes.copy()
    for k in chosen[:7]:
        xy = np.asarray(shapely.get_exterior_ring(shapes[k]).coords)
        # A loop round the third corner: the way in and the way out cross each other there.
        ahead, back = 0.7 * xy[2] + 0.3 * xy[3], 0.7 * xy[2] + 0.3 * xy[1]
        out[k] = shapely.Polygon(np.concatenate([xy[:2], [ahead, xy[2], back], xy[3:]]))
    out[chosen[7]] = None
    return np.asarray(out)


def admin_layers(county: County) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers county, towns and villages (EPSG:4549); some names end in blanks."""
    rng = county.frame.rng("admin dirt")
    outline = gpd.GeoDataFrame(
        {"XZQDM": [ADCODE], "XZQMC": [COUNTY_NAME]},
        geometry=[county.terrain.county],
        crs=WORK_CRS,
    )
    towns = county.town.towns[["XZQDM", "XZQMC", "geometry"]].copy()
    towns.loc[towns.index[1], "XZQMC"] += "  "
    villages = county.town.villages[["ZLDWDM", "ZLDWMC", "geometry"]].copy()
    late = rng.random(len(villages)) < 0.03
    villages["ZLDWMC"] = np.where(late, villages["ZLDWMC"] + " ", villages["ZLDWMC"])
    return {"county": outline, "towns": towns, "villages": villages}


def settlement_layer(county: County) -> gpd.GeoDataFrame:
    """Return the natural villages as points in EPSG:4490."""
    hamlets = county.hamlets
    table = pd.DataFrame(
        {
            "settlement_id": settlement_ids(county),
            "name": names.village_names(county.frame.rng("hamlet names"), len(hamlets), suffix=""),
            "village_code": county.town.villages["ZLDWDM"].to_numpy()[hamlets["village"]],
        }
    )
    to_geo = Transformer.from_crs(WORK_CRS, CGCS2000, always_xy=True)
    lon, lat = to_geo.transform(hamlets["x"].to_numpy(), hamlets["y"].to_numpy())
    return gpd.GeoDataFrame(
        table, geometry=shapely.points(np.round(lon, 8), np.round(lat, 8)), crs=CGCS2000
    )


def settlement_ids(county: County) -> list[str]:
    """Return the ids of the natural villages, in the order of the hamlets."""
    return [f"ZRC{k:05d}" for k in range(1, len(county.hamlets) + 1)]


def zone_layer(county: County) -> gpd.GeoDataFrame:
    """Return the development zones (KFQMC, KFQDM) in EPSG:4549."""
    count = len(county.zone_areas)
    codes = [f"S{ADCODE}{k:03d}" for k in range(1, count + 1)]
    return gpd.GeoDataFrame(
        {"KFQMC": list(names.ZONES[:count]), "KFQDM": codes},
        geometry=county.zone_areas,
        crs=WORK_CRS,
    )


def control_lines(county: County) -> dict[str, gpd.GeoDataFrame]:
    """Return eco_redline, prime_farmland, growth_boundary and heritage (EPSG:4549)."""
    frame, terrain = county.frame, county.terrain
    step = 10
    fields = (county.surface.classes == CROP) & (county.surface.plot == 0)
    crop = _block_mean(fields.astype("float32"), step)
    relief = ndimage.gaussian_filter(terrain.elevation_m * terrain.inside, 9)
    high = relief[::3, ::3] > 0.40 * frame.plan.relief_m
    town_body = shapely.union_all(shapely.buffer(county.streets, 45))
    growth = shapely.union_all([*shapely.buffer(county.zone_areas, 60), town_body])
    rng = frame.rng("heritage")
    old = rng.choice(len(county.hamlets), 3, replace=False)
    heritage = shapely.buffer(
        shapely.points(county.town.hamlets.xy[old]), county.town.hamlets.radius_m[old] * 1.1
    )
    layers = {
        "eco_redline": _trace(county, high, 3 * TERRAIN_M, smooth_m=100.0),
        "prime_farmland": _prime_farmland(county, crop > 0.80),
        "growth_boundary": shapely.get_parts(growth.buffer(-15).simplify(3)),
        "heritage": heritage,
    }
    for name, more in (("eco_redline", county.planted.redline),
                       ("growth_boundary", county.planted.growth)):  # fmt: skip
        layers[name] = np.concatenate([layers[name], more])
    return {
        name: gpd.GeoDataFrame(
            {"line_id": [f"{_PREFIX[name]}{k:04d}" for k in range(1, len(found) + 1)]},
            geometry=found,
            crs=WORK_CRS,
        )
        for name, found in layers.items()
    }


def _prime_farmland(county: County, fields: Array) -> Array:
    """Trace the fields and cut the plots out of them, but for one plot in twenty-five.

    Those left in are the conflicts that real maps carry and that a veto must catch.
    """
    rng = county.frame.rng("prime farmland")
    plots = county.plots.geometry.to_numpy()
    spared = shapely.buffer(plots[rng.random(len(plots)) >= 1 / 25], 12, quad_segs=1)
    spared = np.concatenate([spared, shapely.buffer(county.planted.plots.geometry.array, 20)])
    land = shapely.union_all(_trace(county, fields, 100.0, smooth_m=35.0))
    parts = shapely.get_parts(shapely.difference(land, shapely.union_all(spared)))
    return np.asarray(parts[shapely.area(parts) > 10_000])


def _block_mean(array: Array, step: int) -> Array:
    """Average blocks of `step` x `step` cells, the remainder at the edge left out."""
    rows, cols = (n // step for n in array.shape)
    cut = array[: rows * step, : cols * step]
    return np.asarray(cut.reshape(rows, step, cols, step).mean(axis=(1, 3)))


def _trace(county: County, mask: Array, cell_m: float, *, smooth_m: float) -> Array:
    """Turn a mask to polygons inside the county, corners rounded, crumbs left out."""
    found = raster_shapes(mask.astype("uint8"), mask=mask, transform=county.frame.transform(cell_m))
    polygons = np.array([shapely.geometry.shape(geometry) for geometry, _ in found], dtype=object)
    polygons = shapely.buffer(shapely.buffer(polygons, -smooth_m), smooth_m, quad_segs=3)
    polygons = shapely.buffer(shapely.buffer(polygons, smooth_m / 2), -smooth_m / 2, quad_segs=3)
    inside = shapely.intersection(shapely.union_all(polygons), county.terrain.county)
    parts = shapely.simplify(shapely.get_parts(inside), 4)
    return np.asarray(parts[shapely.area(parts) > 4 * cell_m**2])


def hazard_geojson(county: County) -> dict[str, object]:
    """Return the geological-hazard areas as GeoJSON whose lon/lat are GCJ-02."""
    to_wgs = Transformer.from_crs(WORK_CRS, "EPSG:4326", always_xy=True)
    features = []
    for k, area in enumerate(county.hazards, start=1):
        xy = np.asarray(area.exterior.coords)
        lon, lat = gcj02(*to_wgs.transform(xy[:, 0], xy[:, 1]))
        ring = np.round(np.stack([lon, lat], 1), 7).tolist()
        level = ("高易发区", "中易发区")[k % 2]
        features.append(
            {
                "type": "Feature",
                "properties": {"hazard_id": f"DZ{k:04d}", "level": level},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "name": "hazard", "features": features}


def gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Shift WGS84 lon/lat (degrees) to GCJ-02 by the published formula.

    Krasovsky axis a = 6378245 m, e2 = 0.00669342162296594323.
    """
    a, e2 = 6_378_245.0, 0.00669342162296594323
    x, y = np.asarray(lon) - 105.0, np.asarray(lat) - 35.0
    pi = np.pi
    ripple = 20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    d_lat += (ripple + 20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3)) * 2 / 3
    d_lat += (160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)) * 2 / 3
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    d_lon += (ripple + 20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3)) * 2 / 3
    d_lon += (150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - e2 * np.sin(phi) ** 2
    d_lat = np.degrees(d_lat * magic**1.5 / (a * (1 - e2)))
    d_lon = np.degrees(d_lon * np.sqrt(magic) / (a * np.cos(phi)))
    return np.asarray(lon) + d_lon, np.asarray(lat) + d_lat
