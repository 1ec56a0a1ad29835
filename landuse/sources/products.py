"""The registry of raster products this software can read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from landuse.core.errors import fail, study_fault
from landuse.sources.catalogue import (
    clcd,
    copernicus_glo30,
    esa_worldcover,
    ghs_built_h,
    ghs_built_s,
    ghs_built_s_nres,
    ghs_built_v,
    ghs_pop,
    ghs_smod,
    landsat_lst,
    sentinel2_ndvi,
    viirs_vnl,
    worldpop,
)
from landuse.sources.raster_product import RasterProduct, years_text

PRODUCTS: dict[str, RasterProduct] = {
    product.id: product
    for product in (
        esa_worldcover.PRODUCT,
        ghs_built_s.PRODUCT,
        ghs_built_s.PRODUCT_100M,
        ghs_built_s_nres.PRODUCT,
        ghs_built_s_nres.PRODUCT_100M,
        ghs_built_v.PRODUCT,
        ghs_built_h.PRODUCT,
        ghs_smod.PRODUCT,
        ghs_pop.PRODUCT,
        viirs_vnl.PRODUCT,
        worldpop.PRODUCT,
        worldpop.PRODUCT_R2025A,
        copernicus_glo30.PRODUCT,
        clcd.PRODUCT,
        sentinel2_ndvi.PRODUCT,
        landsat_lst.PRODUCT,
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


def registry_rows() -> Iterator[dict[str, str]]:
    """Yield the rows of ``data/sources.csv``: one for each edition of each product, as text."""
    for product in PRODUCTS.values():
        for edition in product.editions:
            yield {
                "id": product.id,
                "title_zh": product.title_zh,
                "title_en": product.title_en,
                "version": edition.version,
                "years": years_text(edition.years) or product.period,
                "projected_years": years_text(edition.projected),
                "kind": product.kind,
                "unit": product.unit,
                "cell_m": f"{product.cell_m:g}",
                "nodata": "" if product.nodata is None else f"{product.nodata:.0f}",
                "licence": product.licence,
                "attribution": product.attribution,
                "citation": edition.citation or product.citation,
                "url_template": edition.url,
                "access": product.access,
                "login_needed": "yes" if product.login_needed else "no",
                "mark": product.mark,
                "address_mark": edition.mark,
                "checksum": " ".join(
                    f"{name}={digest}" for name, digest in sorted(edition.checksums.items())
                ),
            }
