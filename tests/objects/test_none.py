"""No layer to make parcels of: an empty layer, and the finding that says so."""

from __future__ import annotations

from landuse.objects.none import NoParcelSettings, no_parcels
from landuse.objects.parcels import COLUMNS, ParcelSettings, build_parcels


def test_nothing_stands_in_for_a_missing_layer() -> None:
    done = no_parcels(settings=NoParcelSettings(crs="EPSG:4549"))
    assert done["layer"].empty
    assert done["layer"].crs == "EPSG:4549"
    assert [item.kind for item in done["findings"]] == ["absent"]


def test_an_empty_layer_becomes_an_empty_table_with_every_column() -> None:
    layer = no_parcels(settings=NoParcelSettings(crs="EPSG:4549"))["layer"]
    done = build_parcels(parcels=layer, towns=None, zones=None, settings=ParcelSettings())
    assert done["parcels"].empty
    assert set(COLUMNS) < set(done["parcels"].columns)
