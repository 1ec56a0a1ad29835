"""The product modules and the registry file say the same, and legends hold together."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from landuse.core.errors import LanduseError
from landuse.sources.products import PRODUCTS, product_named, registry_rows
from landuse.sources.raster_product import RasterProduct, years_text
from landuse.sources.roles import ROLE_NAMES

REGISTRY = Path(__file__).parents[2] / "data" / "sources.csv"


def test_the_registry_file_says_what_the_modules_say() -> None:
    """`python scripts/registry.py` writes it anew."""
    with REGISTRY.open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == list(registry_rows())


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_a_year_belongs_to_one_edition_at_most(product: RasterProduct) -> None:
    assert len(product.all_years) == len(set(product.all_years))
    for edition in product.editions:
        assert set(edition.projected) <= set(edition.years)
        for year in edition.years:
            assert product.edition(year) is edition
        assert edition.url.startswith("https://")
    assert product.edition(1066) is (None if product.all_years else product.editions[0])
    assert product.years
    assert set(product.roles) <= set(ROLE_NAMES)
    versions = {edition.version for edition in product.editions}
    assert (len(versions) > 1) is bool(product.break_zh and product.break_en)
    assert product.login_needed is bool(product.how_zh and product.how_en)


def test_each_edition_has_its_own_credit_and_citation() -> None:
    cover = PRODUCTS["esa_worldcover"]
    assert "project 2020" in cover.credit(2020)
    assert "project 2021" in cover.credit(2021)
    assert "v100" in cover.cited(2020)
    assert "v200" in cover.cited(2021)


@pytest.mark.parametrize(
    ("years", "text"),
    [
        ((), ""),
        ((2018,), "2018"),
        ((2020, 2021), "2020-2021"),
        ((2025, 2030), "2025, 2030"),
        ((2012, 2014, 2015), "2012, 2014-2015"),
        (tuple(range(1975, 2031, 5)), "1975-2030 every 5 years"),
    ],
)
def test_years_are_drawn_together(years: tuple[int, ...], text: str) -> None:
    assert years_text(years) == text


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)
def test_each_product_names_licence_credit_defects_in_both_languages(
    product: RasterProduct,
) -> None:
    assert product.licence
    assert product.attribution
    assert "doi" in product.citation
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
    assert PRODUCTS["ghs_smod"].nest(10) == 10  # 1 km cells laid on 100 m
    assert PRODUCTS["esa_worldcover"].nest(30) == 1  # never less than one


def test_a_wrong_product_id_names_the_nearest() -> None:
    with pytest.raises(LanduseError, match="did you mean esa_worldcover") as caught:
        product_named("esa_worldcver", role="landcover")
    assert caught.value.exit_code == 2
    assert caught.value.faults[0].field == "sources.landcover.product"
