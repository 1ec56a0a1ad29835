"""Every notebook runs from top to bottom on the products of a small demo, and holds no output."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from landuse.store import file_digest
from tests.made import ROOT, Made

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def digests(demo: Made) -> dict[str, str]:
    """Return the digest of every raw file and product."""
    files = [path for folder in (demo.raw, demo.out) for path in sorted(folder.rglob("*"))]
    return {str(path): file_digest(path) for path in files if path.is_file()}


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:zmq")
def test_notebook_runs(file: Path, demo: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDUSE_RAW", str(demo.raw))
    monkeypatch.setenv("LANDUSE_OUT", str(demo.out))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(file, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "clear the outputs"
    before = digests(demo)
    # A cell may run a whole study; a loaded machine is slow, not wrong.
    NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": ROOT}}).execute()
    shown = [cell for cell in notebook.cells if cell.get("outputs")]
    assert len(shown) >= 5
    assert digests(demo) == before, "a notebook changes no product and no raw layer"


def test_there_is_one_notebook_for_each_reader() -> None:
    assert [file.stem[:2] for file in NOTEBOOKS] == ["01", "02", "03"]
