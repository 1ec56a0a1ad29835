"""Cells on disk: what is read is what was written, nothing is held, nobody changes the file."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.sources.cells import Aside, CellsOnDisk, aside_in, read_cells, write_cells

GRID = Grid("EPSG:4549", Affine(10, 0, 400_000, 0, -10, 3_200_000), (5, 7))
KINDS = st.sampled_from(["uint8", "int16", "float32", "float64"])
STACKS = KINDS.flatmap(lambda kind: st.lists(arrays.arrays(kind, GRID.shape), max_size=3,
                                             min_size=1))  # fmt: skip


@given(stack=STACKS, nodata=st.sampled_from([None, 0, 255.0, float("nan")]))
def test_layers_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, stack: list[np.ndarray], nodata: float | None
) -> None:
    file = tmp_path_factory.mktemp("cells") / "layers.cells"
    layers = [Layer(GRID, cells, nodata, 2014 + at) for at, cells in enumerate(stack)]
    write_cells(layers, file)
    # A page for the line that describes them, then bare cells: nothing is packed.
    assert file.stat().st_size == 4096 + sum(cells.nbytes for cells in stack)
    for layer, kept in zip(layers, read_cells(file), strict=True):
        assert (kept.grid, kept.year) == (layer.grid, layer.year)
        np.testing.assert_equal(kept.nodata, nodata)
        assert kept.values.dtype == layer.values.dtype
        np.testing.assert_array_equal(kept.values, layer.values)
        np.testing.assert_array_equal(kept.known(), layer.known())


def set_aside(*layers: Layer) -> list[CellsOnDisk]:
    aside = Aside([layer.year for layer in layers])
    return [aside.add(layer) for layer in layers]


def test_cells_put_aside_or_read_back_are_written_as_the_same_bytes(tmp_path: Path) -> None:
    """Copied from file to file; of another kind than the first layer they are converted."""
    stack = [np.arange(35, dtype="float32").reshape(5, 7) + year for year in range(3)]
    layers = [Layer(GRID, cells, None, year) for year, cells in enumerate(stack)]
    write_cells(layers, tmp_path / "plain.cells")
    plain = (tmp_path / "plain.cells").read_bytes()
    write_cells(set_aside(*layers), tmp_path / "aside.cells")
    write_cells([*set_aside(layers[0]), *set_aside(*layers[1:])], tmp_path / "parts.cells")
    write_cells(set_aside(*layers[::-1])[::-1], tmp_path / "turned.cells")
    write_cells(set_aside(*layers, layers[0])[:3], tmp_path / "fewer.cells")
    write_cells(read_cells(tmp_path / "plain.cells"), tmp_path / "again.cells")
    [other] = set_aside(Layer(GRID, stack[1].astype("float64"), None, 1))
    write_cells([layers[0], other, layers[2]], tmp_path / "mixed.cells")
    for name in ("aside", "parts", "turned", "fewer", "again", "mixed"):
        assert (tmp_path / f"{name}.cells").read_bytes() == plain


def test_a_stack_set_aside_beside_what_is_kept_is_not_copied(tmp_path: Path) -> None:
    folder = tmp_path / "店 铺"
    folder.mkdir()
    with aside_in(folder):
        layers = set_aside(*(Layer(GRID, np.full((5, 7), year), None, year) for year in (1, 2)))
    [written] = folder.glob(".part-*/*")
    write_cells(layers, folder / "kept.cells")
    assert (folder / "kept.cells").samefile(written)
    kept = (folder / "kept.cells").read_bytes()
    del layers
    gc.collect()
    assert [one.name for one in folder.iterdir()] == ["kept.cells"]
    assert (folder / "kept.cells").read_bytes() == kept


def test_where_a_file_can_have_no_second_name_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    layers = [Layer(GRID, np.full((5, 7), year), None, year) for year in (1, 2)]
    write_cells(layers, tmp_path / "plain.cells")
    monkeypatch.setattr("os.link", refuse)
    write_cells(set_aside(*layers), tmp_path / "copied.cells")
    assert (tmp_path / "copied.cells").read_bytes() == (tmp_path / "plain.cells").read_bytes()


def test_a_stack_in_the_making_takes_only_what_is_like_its_first_layer() -> None:
    layer = Layer(GRID, np.zeros((5, 7)))
    for other in (Layer(GRID, np.zeros((5, 7), dtype="uint8")),
                  Layer(Grid(GRID.crs, GRID.transform, (3, 7)), np.zeros((3, 7)))):  # fmt: skip
        with pytest.raises(ValueError, match="another grid or type of cell"):
            set_aside(layer, other)


def test_a_file_cut_short_is_not_copied_as_if_it_were_whole(tmp_path: Path) -> None:
    file = tmp_path / "one.cells"
    write_cells([Layer(GRID, np.ones((5, 7), dtype="uint8"), None, year) for year in (1, 2)], file)
    layers = read_cells(file)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(EOFError, match="bytes of cells are missing"):
        write_cells(layers, tmp_path / "two.cells")


def test_layers_of_different_grids_make_no_stack(tmp_path: Path) -> None:
    other = Grid(GRID.crs, GRID.transform, (3, 7))
    with pytest.raises(ValueError, match="different grids"):
        write_cells([Layer(GRID, np.zeros((5, 7))), Layer(other, np.zeros((3, 7)))],
                    tmp_path / "x.cells")  # fmt: skip


def test_a_layer_put_aside_is_the_same_layer_and_its_cells_can_outlive_it() -> None:
    cells = np.arange(35.0).reshape(GRID.shape)
    [moved] = set_aside(Layer(GRID, cells, -1.0, 2020))
    assert (moved.grid, moved.nodata, moved.year) == (GRID, -1.0, 2020)
    found = moved.values
    np.testing.assert_array_equal(found, cells)
    del moved
    gc.collect()
    np.testing.assert_array_equal(found, cells)
