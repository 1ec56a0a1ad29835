"""Whatever a provider does, in whatever order: the right bytes, or an error and no file."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.sources.remote.bring import bring
from landuse.sources.remote.fetched import read_record
from landuse.sources.remote.spec import Access, HttpSettings, Remote
from tests.sources.remote.provider import (
    Dropped,
    Fine,
    Instead,
    NoRanges,
    Plan,
    Provider,
    Spoilt,
    Status,
    Truncated,
    WrongRange,
)

SIZE = 120_000
AT = st.integers(0, SIZE)
FAULTS: st.SearchStrategy[Plan] = st.one_of(
    st.sampled_from([403, 404, 416, 429, 500, 503]).map(Status),
    AT.map(Truncated),
    AT.map(Dropped),
    AT.map(Spoilt),
    st.integers(1, 9000).map(WrongRange),
    st.sampled_from([Instead(), Instead(b"", "image/tiff"), NoRanges(), Fine()]),
)
HTTP = HttpSettings(retries=2, backoff_s=0, block_bytes=4096, ahead_bytes=8192)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a GeoTIFF of noise, deflated, so that a wrong byte cannot pass for a right one."""
    path = tmp_path_factory.mktemp("files") / "tile.tif"
    values = np.random.default_rng(7).integers(0, 256, (1, 340, 340), dtype="uint8")
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, height=340, width=340, tiled=True,
        blockxsize=64, blockysize=64, compress="deflate", crs="EPSG:4326",
        transform=Affine(0.01, 0, 119, 0, -0.01, 30),
    ) as out:  # fmt: skip
        out.write(values)
    return path


def first_block(file: Path) -> int:
    """Return where the cells begin: a wrong byte among the tags of a window cannot be told."""
    with rasterio.open(file) as raster:
        return min(
            int(raster.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=1))
            for x in range(6)
            for y in range(6)
        )


@pytest.mark.parametrize("access", ["whole", "window"])
@settings(max_examples=25, deadline=None)
@given(ours=st.lists(FAULTS, max_size=6), theirs=st.lists(FAULTS, max_size=3))
def test_right_or_absent(file: Path, access: Access, ours: list[Plan], theirs: list[Plan]) -> None:
    body = file.read_bytes()
    if access == "window":
        assume(all(plan.at >= first_block(file) for plan in (*ours, *theirs)
                   if isinstance(plan, Spoilt)))  # fmt: skip
    digest = hashlib.sha256(body).hexdigest()
    bounds = (120.0, 28.0, 120.5, 28.5)
    with Provider() as provider, tempfile.TemporaryDirectory() as made:
        raw, clean = Path(made) / "原始", Path(made) / "clean"
        urls = (provider.serve("/a/tile.tif", file), provider.serve("/b/tile.tif", file))
        remote = Remote(
            name="tile.tif", urls=urls, access=access, size_bytes=len(body),
            checksum=f"sha256:{digest}",
        )  # fmt: skip

        def once(folder: Path) -> None:
            bring(
                remote, folder, http=HTTP, bounds=bounds, progress=lambda *_: None,
                sleep=lambda _: None,
            )  # fmt: skip

        once(clean)
        provider.plan("/a/tile.tif", *ours)
        provider.plan("/b/tile.tif", *theirs)
        for _ in range(12):
            try:
                once(raw)
            except LanduseError as error:
                assert error.exit_code == 3  # noqa: PT017 - which of them it is, is all one
                assert not (raw / "tile.tif").exists()
                assert read_record(raw) == {}
            else:
                break
        with rasterio.open(raw / "tile.tif") as got, rasterio.open(clean / "tile.tif") as right:
            assert np.array_equal(got.read(), right.read())
            assert got.transform == right.transform
        beside = {path.name for path in raw.iterdir() if path.suffix != ".lock"}
        assert beside == {"tile.tif", "fetched.json"}
