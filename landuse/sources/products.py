"""The registry of raster products this software can read."""

from __future__ import annotations

import difflib

from landuse.core.errors import fail, study_fault
from landuse.sources import (
    clcd,
    copernicus_glo30,
    esa_worldcover,
    ghs_built_h,
    ghs_built_s,
    viirs_vnl,
    worldpop,
)
from landuse.sources.raster_product import RasterProduct

PRODUCTS: dict[str, RasterProduct] = {
    module.PRODUCT.id: module.PRODUCT
    for module in (
        esa_worldcover,
        ghs_built_s,
        ghs_built_h,
        viirs_vnl,
        worldpop,
        copernicus_glo30,
        clcd,
    )
}


def product_named(product_id: str, *, role: str = "") -> RasterProduct:
    """Return a product by its id.

    Raises
    ------
    LanduseError
        Exit code 2 if no product has this id; names the nearest one.
    """
    if product_id in PRODUCTS:
        return PRODUCTS[product_id]
    near = difflib.get_close_matches(product_id, PRODUCTS, n=1, cutoff=0.4)
    hint = near[0] if near else ", ".join(PRODUCTS)
    raise fail(
        study_fault(
            "没有这个栅格产品",
            "no raster product of this name",
            field=f"sources.{role}.product" if role else "product",
            found=product_id,
            todo_zh=f"是否要写 {hint}？",
            todo_en=f"did you mean {hint}?",
        )
    )
