"""The product modules and the registry file say the same, and legends hold together."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from landuse.core.errors import LanduseError
from landuse.sources.products import PRODUCTS, product_named
from landuse.sources.raster_product import RasterProduct

REGISTRY = Path(__file__).parents[2] / "data" / "sources.csv"


def registered() -> dict[str, dict[str, str]]:
    with REGISTRY.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def test_registry_and_modules_list_the_same_products_with_the_same_facts() -> None:
    rows = registered()
    assert list(rows) == list(PRODUCTS)
    for name, row in rows.items():
        product = PRODUCTS[name]
        facts = {key: getattr(product, key) for key in row if key != "login_needed"}
        assert facts | {"login_needed": row["login_needed"]} == row
        assert (row["login_needed"] == "yes") is product.login_needed


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_each_product_names_licence_credit_defects_in_both_languages(
    product: RasterProduct,
) -> None:
    assert product.licence
    assert product.attribution
    assert "doi" in product.citation
    assert product.url_template.startswith("https://")
    assert len(product.defects_zh) == len(product.defects_en) > 0


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_only_class_products_have_a_legend_and_its_keys_are_column_stems(
    product: RasterProduct,
) -> None:
    assert bool(product.legend) is (product.kind == "class")
    keys = [land.key for land in product.legend.values()]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z]+", key) for key in keys)
    assert all(re.fullmatch(r"#[0-9a-f]{6}", land.colour) for land in product.legend.values())
    assert product.nodata not in product.legend


def test_nest_is_the_product_cell_in_grid_cells() -> None:
    assert PRODUCTS["viirs_vnl"].nest(10) == 50  # 500 m / 10 m
    assert PRODUCTS["clcd"].nest(10) == 3  # 30 m / 10 m
    assert PRODUCTS["esa_worldcover"].nest(30) == 1  # never less than one


def test_a_wrong_product_id_names_the_nearest() -> None:
    with pytest.raises(LanduseError, match="did you mean esa_worldcover") as caught:
        product_named("esa_worldcver", role="landcover")
    assert caught.value.exit_code == 2
    assert caught.value.faults[0].field == "sources.landcover.product"
