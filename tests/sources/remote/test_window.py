"""Windows: the same cells as read from the whole file, and few bytes for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from landuse.core.errors import LanduseError
from landuse.core.grid import Bounds
from landuse.sources.remote.spec import Fetched, HttpSettings, Remote
from landuse.sources.remote.window import download_window
from tests.sources.remote.provider import (
    Changed,
    Dropped,
    Fine,
    Instead,
    NoRanges,
    Plan,
    Provider,
    Spoilt,
    Stall,
    Status,
    Truncated,
    WrongRange,
)

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "rasters"
TILE = DATA / "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
STEP_DEG = 0.001
BOUNDS: Bounds = (119.2, 29.1, 119.4, 29.25)


def cog(path: Path, *, seed: int = 1, bands: int = 1, size: int = 1500, **profile: object) -> Path:
    """Write a COG of noise, which does not compress: 119.0 E, 30.0 N, cells of 0.001 degrees."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 11, (bands, size, size), dtype="uint8") * 10
    kept = {
        "driver": "COG", "dtype": "uint8", "count": bands, "height": size, "width": size,
        "crs": "EPSG:4326", "transform": Affine(STEP_DEG, 0, 119.0, 0, -STEP_DEG, 30.0),
        "nodata": 0, "compress": "deflate",
    } | ({} if profile.get("driver") == "GTiff" else {"blocksize": 256}) | profile  # fmt: skip
    with rasterio.open(path, "w", **kept) as out:
        out.write(values)
        out.update_tags(copyright="© 某项目")
    return path


@pytest.fixture(scope="module")
def tile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cog(tmp_path_factory.mktemp("服务器") / "tile.tif")


def fetch(
    http: HttpSettings, target: Path, *urls: str, bounds: Bounds = BOUNDS, **options: object
) -> Fetched:
    remote = Remote(name="tile.tif", urls=urls, access="window")
    return download_window(
        remote, target, bounds=bounds, http=http, progress=lambda *_: None,
        sleep=lambda _: None, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def assert_same_cells(window: Path, whole: Path, *, bands: tuple[int, ...] = (1,)) -> Window:
    """Compare a window cell by cell with the file it is of, and return where it lies there."""
    with rasterio.open(window) as ours, rasterio.open(whole) as theirs:
        column, row = (round(value) for value in ~theirs.transform @ ours.transform @ (0, 0))
        where = Window(column, row, ours.width, ours.height)
        assert np.array_equal(ours.read(), theirs.read(list(bands), window=where))
        assert ours.transform == pytest.approx(
            theirs.transform @ Affine.translation(column, row), abs=1e-9
        )
        assert (ours.crs, ours.nodata, ours.dtypes[0]) == (
            theirs.crs, theirs.nodata, theirs.dtypes[0],
        )  # fmt: skip
        assert ours.overviews(1) == []
        assert ours.profile["tiled"]
        assert ours.profile["compress"] == "deflate"
    return where


def test_a_window_has_the_cells_of_the_file_and_tells_its_origin(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    url = provider.serve("/v200/map/tile.tif", tile)
    got = fetch(http, raw / "tile.tif", url)
    where = assert_same_cells(raw / "tile.tif", tile)
    # 119.2..119.4 E is columns 200..400, 29.1..29.25 N rows 750..900; 8 cells more on each side,
    # and one more where an edge of the bounds falls a rounding error beyond its cell
    assert 192 - 1 <= where.col_off <= 192
    assert 742 - 1 <= where.row_off <= 742
    assert 216 <= where.width <= 218
    assert 166 <= where.height <= 168
    with rasterio.open(raw / "tile.tif") as window:
        tags = window.tags()
    assert tags["LANDUSE_URL"] == url
    assert tags["LANDUSE_WINDOW"] == (
        f"{where.col_off} {where.row_off} {where.width} {where.height}"
    )
    assert tags["LANDUSE_WINDOW_OF"] == "1500 1500"
    assert tags["copyright"] == "© 某项目"
    assert (got.window, got.remote_bytes) == (BOUNDS, tile.stat().st_size)
    assert got.received_bytes == provider.seen("/v200/map/tile.tif").sent_bytes
    assert got.received_bytes < 0.25 * tile.stat().st_size
    assert got.requests == provider.seen("/v200/map/tile.tif").requests <= 5
    assert left(raw) == ["tile.tif"]


def test_the_same_window_is_the_same_bytes(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    url = provider.serve("/tile.tif", tile)
    wider = http.model_copy(update={"block_bytes": 65_536, "ahead_bytes": 0})
    first, second = raw / "一.tif", raw / "二.tif"
    one, two = fetch(http, first, url), fetch(wider, second, url)
    assert first.read_bytes() == second.read_bytes()
    assert one.file_sha256 == two.file_sha256


@settings(max_examples=10, deadline=None)
@given(
    st.tuples(*[st.floats(118.9, 120.6)] * 2).map(sorted),
    st.tuples(*[st.floats(28.4, 30.1)] * 2).map(sorted),
)
def test_every_window_has_the_cells_of_the_file(
    tile: Path, lon: list[float], lat: list[float]
) -> None:
    bounds = (lon[0], lat[0], lon[1], lat[1])
    outside = lon[0] >= 120.5 or lon[1] <= 119 or lat[0] >= 30 or lat[1] <= 28.5
    with Provider() as provider, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tile.tif"
        url = provider.serve("/tile.tif", tile)
        patient = HttpSettings(backoff_s=0, block_bytes=4096, ahead_bytes=8192)
        if outside:
            with pytest.raises(LanduseError, match="does not overlap"):
                fetch(patient, target, url, bounds=bounds)
            return
        fetch(patient, target, url, bounds=bounds)
        where = assert_same_cells(target, tile)
        with rasterio.open(tile) as whole:
            corners = [(where.col_off, where.row_off + where.height)]
        corners += [(where.col_off + where.width, where.row_off)]
        (west, south), (east, north) = (whole.transform @ corner for corner in corners)
        assert west <= max(bounds[0], 119)
        assert east >= min(bounds[2], 120.5 - 1e-9)
        assert south <= max(bounds[1], 28.5 + 1e-9)
        assert north >= min(bounds[3], 30)


def test_bounds_elsewhere_are_a_fault_of_the_data(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    url = provider.serve("/tile.tif", tile)
    with pytest.raises(LanduseError, match="does not overlap") as caught:
        fetch(http, raw / "tile.tif", url, bounds=(10, 10, 11, 11))
    assert caught.value.exit_code == 4
    assert not (raw / "tile.tif").exists()


@pytest.mark.parametrize(
    "profile",
    [
        {"driver": "GTiff", "tiled": False, "compress": None},
        {"driver": "GTiff", "tiled": True, "blockxsize": 128, "blockysize": 64},
        {"driver": "GTiff", "BIGTIFF": "YES", "compress": "lzw"},
        {
            "crs": "ESRI:54009", "transform": Affine(100, 0, 10_900_000, 0, -100, 3_560_000),
            "nodata": 255,
        },
    ],
    ids=["strips", "tiles", "bigtiff", "mollweide"],
)  # fmt: skip
def test_any_layout_and_crs_gives_its_own_cells(
    provider: Provider, http: HttpSettings, raw: Path, profile: dict[str, object]
) -> None:
    file = cog(raw.parent / "made.tif", size=600, **profile)
    url = provider.serve("/tile.tif", file)
    with rasterio.open(file) as whole:
        bounds = rasterio.warp.transform_bounds(whole.crs, 4326, *whole.bounds)
    middle = tuple(
        bounds[k % 2] + part * (bounds[k % 2 + 2] - bounds[k % 2])
        for k, part in enumerate((0.45, 0.45, 0.55, 0.55))
    )
    fetch(http, raw / "tile.tif", url, bounds=middle)
    assert_same_cells(raw / "tile.tif", file)


def test_only_the_bands_asked_for_come(provider: Provider, http: HttpSettings, raw: Path) -> None:
    file = cog(raw.parent / "made.tif", bands=3, driver="GTiff", tiled=True, interleave="band")
    url = provider.serve("/tile.tif", file)
    one = fetch(http, raw / "one.tif", url)
    two = fetch(http, raw / "two.tif", url, bands=(3, 1))
    assert_same_cells(raw / "one.tif", file)
    assert_same_cells(raw / "two.tif", file, bands=(3, 1))
    assert one.received_bytes < two.received_bytes < file.stat().st_size / 2


FAULTS: list[Plan] = [
    Status(500), Status(503, {"Retry-After": "0"}), Truncated(5000), Truncated(0), Dropped(9000),
    Stall(3000, seconds=2), WrongRange(11), Spoilt(),
]  # fmt: skip


@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_what_passes_ends_with_the_same_cells(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path, fault: Plan, nth: int
) -> None:
    url = provider.serve("/tile.tif", tile)
    provider.plan("/tile.tif", *[Fine()] * nth, fault)
    if isinstance(fault, WrongRange) and nth == 0:
        with pytest.raises(LanduseError, match="another range"):
            fetch(http, raw / "tile.tif", url)
        return
    fetch(http, raw / "tile.tif", url)
    assert_same_cells(raw / "tile.tif", tile)
    assert left(raw) == ["tile.tif"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=4))
def test_dropped_anywhere_no_block_is_asked_for_twice(tile: Path, cuts: list[int]) -> None:
    patient = HttpSettings(retries=5, backoff_s=0, block_bytes=4096, ahead_bytes=8192)
    with Provider() as provider, tempfile.TemporaryDirectory() as folder:
        url = provider.serve("/tile.tif", tile)
        smooth = fetch(patient, Path(folder) / "smooth.tif", url)
        provider.plan("/tile.tif", *(Dropped(cut) for cut in cuts))
        rough = fetch(patient, Path(folder) / "rough.tif", url)
        assert rough.file_sha256 == smooth.file_sha256
        # what a cut costs: the block that was not whole, and one more read ahead
        assert rough.received_bytes <= smooth.received_bytes + 2 * 4096 * len(cuts)


def test_a_window_cut_for_good_is_taken_up_by_the_next_call(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    none = http.model_copy(update={"retries": 0})
    url = provider.serve("/tile.tif", tile)
    whole = fetch(http, raw / "first.tif", url).received_bytes
    provider.plan("/tile.tif", Fine(), Truncated(50_000), Status(500))
    with pytest.raises(LanduseError, match="HTTP 500"):
        fetch(none, raw / "tile.tif", url)
    assert left(raw) == ["first.tif", "tile.tif.part", "tile.tif.part.journal"]
    part = raw / "tile.tif.part"
    part.write_bytes(part.read_bytes() + b"torn")  # as a killed process may leave it
    got = fetch(none, raw / "tile.tif", url)
    assert got.received_bytes <= whole - 45_000 - none.ahead_bytes
    assert_same_cells(raw / "tile.tif", tile)


def test_a_spoilt_block_on_disk_is_not_used(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    none = http.model_copy(update={"retries": 0})
    url = provider.serve("/tile.tif", tile)
    provider.plan("/tile.tif", Fine(), Truncated(50_000), Status(500))
    with pytest.raises(LanduseError):
        fetch(none, raw / "tile.tif", url)
    part = raw / "tile.tif.part"
    data = bytearray(part.read_bytes())
    data[70_000] ^= 0xFF
    part.write_bytes(data)
    fetch(none, raw / "tile.tif", url)
    assert_same_cells(raw / "tile.tif", tile)


@pytest.mark.parametrize("validated", [True, False])
def test_a_file_that_changed_meanwhile_is_begun_again(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path, validated: bool
) -> None:
    other = cog(raw.parent / "other.tif", seed=2, size=1400)
    extra = {} if validated else {"etag": ""}
    url = provider.serve("/tile.tif", tile, **extra)
    provider.plan("/tile.tif", Fine(), Changed(other.read_bytes()))
    fetch(http, raw / "tile.tif", url)
    assert_same_cells(raw / "tile.tif", other)


def test_without_anything_to_tell_a_change_by_nothing_is_taken_up(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    none = http.model_copy(update={"retries": 0})
    url = provider.serve("/tile.tif", tile, etag="")
    provider.plan("/tile.tif", Fine(), Truncated(50_000), Status(500))
    with pytest.raises(LanduseError):
        fetch(none, raw / "tile.tif", url)
    other = cog(raw.parent / "other.tif", seed=3)
    provider.serve("/tile.tif", other, etag="")
    fetch(none, raw / "tile.tif", url)
    assert_same_cells(raw / "tile.tif", other)


def test_a_provider_without_ranges_is_said_and_the_window_is_the_same(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    url = provider.serve("/tile.tif", tile)
    usual = fetch(http, raw / "usual.tif", url)
    provider.plan("/tile.tif", NoRanges(), for_ever=True)
    provider.forget()
    got = fetch(http, raw / "tile.tif", url)
    assert got.file_sha256 == usual.file_sha256
    assert (usual.note_en, usual.note_zh) == ("", "")
    assert "does not serve ranges" in got.note_en
    assert "不支持分段" in got.note_zh
    size = tile.stat().st_size
    assert size <= got.received_bytes <= size + 4096  # the first answer is not read to its end
    assert left(raw) == ["tile.tif", "usual.tif"]


def test_a_mirror_with_ranges_comes_before_a_whole_file(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path
) -> None:
    urls = [provider.serve("/a/tile.tif", tile, ranges=False), provider.serve("/b/tile.tif", tile)]
    got = fetch(http, raw / "tile.tif", *urls)
    assert (got.url, got.note_en) == (urls[1], "")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Status(404), "HTTP 404"),
        (Status(403), "HTTP 403"),
        (Status(503), "HTTP 503"),
        (Instead(), "login page"),
        (Instead(b"<Error><Code>NoSuchKey</Code></Error>", "application/xml"), "NoSuchKey"),
        (Stall(silent=True, seconds=1), "time-out"),
        (Changed(b"no tiff at all" * 9000), "no .tif file"),
        (Changed(b"II*\0" + b"but no tiff" * 9000), "cannot be read"),
        (Changed(b""), "HTTP 416"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_nothing_wrong_is_ever_kept(
    provider: Provider, http: HttpSettings, raw: Path, tile: Path, fault: Plan, told: str
) -> None:
    few = http.model_copy(update={"retries": 1})
    url = provider.serve("/tile.tif", tile)
    provider.plan("/tile.tif", fault, for_ever=True)
    with pytest.raises(LanduseError, match=told) as caught:
        fetch(few, raw / "tile.tif", url)
    assert caught.value.exit_code == 3
    assert str(raw) not in str(caught.value)
    assert left(raw) == []


@pytest.mark.skipif(not TILE.is_file(), reason="no WorldCover tile in ../shared/data/rasters")
@pytest.mark.parametrize(
    "bounds",
    [(7.2, 1.2, 7.6, 1.6), (7.0, 1.1, 7.8, 1.7), (6.4, 0.1, 6.8, 0.5)],
    ids=["island 0.4", "island 0.8x0.6", "south 0.4"],
)
def test_a_county_window_of_a_genuine_tile_is_few_bytes(
    provider: Provider, raw: Path, bounds: Bounds
) -> None:
    url = provider.serve("/tile.tif", TILE)
    got = fetch(HttpSettings(), raw / "tile.tif", url, bounds=bounds)
    assert_same_cells(raw / "tile.tif", TILE)
    assert got.received_bytes < 0.25 * TILE.stat().st_size
    assert got.requests <= 8
