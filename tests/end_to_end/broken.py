"""A copy of the demo county that a test may break, and the tools to break it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from pyproj import CRS

from landuse import cli
from landuse.store import file_digest
from tests.made import DEMO_STUDY, Made

WORLDCOVER = "ESA_WorldCover_10m_2021_v200_N27E117_Map.tif"
Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]


@dataclass(frozen=True)
class Room:
    """A study file, its raw layers and its products, all inside one folder."""

    folder: Path

    @property
    def study(self) -> Path:
        """Return the study file."""
        return self.folder / "研究 一.toml"

    @property
    def raw(self) -> Path:
        """Return the folder of the raw layers."""
        return self.folder / "原始 数据"

    @property
    def out(self) -> Path:
        """Return the product folder; the store lies beside it."""
        return self.folder / "成果 目录" / "demo"

    def write(self, text: str) -> None:
        """Replace the study file."""
        self.study.write_text(text, encoding="utf-8", newline="\n")

    def edit(self, old: str, new: str) -> None:
        """Replace a text that stands once in the study file."""
        text = self.study.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.write(text.replace(old, new))

    def head(self, line: str) -> None:
        """Add a line to the section [study]."""
        self.edit('adcode = "990781"', f'adcode = "990781"\n{line}')

    def parcels(self, change: Change) -> None:
        """Change the parcel layer."""
        file = self.raw / "DLTB.shp"
        table = change(gpd.read_file(file))
        for part in file.parent.glob("DLTB.*"):
            part.unlink()
        pyogrio.write_dataframe(table, file, encoding="GBK")

    def projection(self, wkt: str | None) -> None:
        """Give the parcel layer another .prj, or none."""
        file = self.raw / "DLTB.prj"
        file.unlink()
        if wkt is not None:
            file.write_text(wkt, encoding="ascii")

    def layer(self, name: str, change: Change) -> None:
        """Change the only layer of ``name``.gpkg."""
        file = self.raw / f"{name}.gpkg"
        table = change(gpd.read_file(file))
        file.unlink()
        pyogrio.write_dataframe(table, file, layer=name)

    def table(self, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        """Change a table."""
        file = self.raw / name
        table = change(pd.read_csv(file, dtype="str", encoding="utf-8-sig"))
        file.unlink()
        table.to_csv(file, index=False, encoding="utf-8-sig")

    def raster(
        self,
        name: str,
        change: Callable[[np.ndarray], np.ndarray] = lambda values: values,
        **profile: Any,
    ) -> None:
        """Change the values or the profile of a raster."""
        file = self.raw / name
        with rasterio.open(file) as source:
            values = change(source.read(1))
            kept = ("height", "width", "dtype", "crs", "transform", "nodata")
            old = {key: source.profile[key] for key in kept}
        file.unlink()
        with rasterio.open(file, "w", **{"driver": "GTiff", "count": 1} | old | profile) as target:
            target.write(values, 1)

    def truncate(self, name: str, share: float) -> None:
        """Keep the first part of a file, as a broken copy does."""
        file = self.raw / name
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(data[: int(len(data) * share)])

    def truth(self, text: str) -> Path:
        """Write a truth table and return it."""
        file = self.folder / "真值.csv"
        file.write_text(text, encoding="utf-8")
        return file

    def ids(self) -> list[str]:
        """Return the ids of the parcels."""
        return pd.read_parquet(self.out / "tables" / "parcels.parquet")["parcel_id"].tolist()

    def products(self) -> dict[str, str]:
        """Return the digest of every file in the product folder."""
        return tree(self.out)

    def words(self, command: Sequence[str]) -> list[str]:
        """Return command-line words with STUDY, FOLDER and the two folders filled in."""
        places = {"STUDY": str(self.study), "FOLDER": str(self.folder)}
        words = [places.get(word, word.replace("FOLDER/", f"{self.folder}/")) for word in command]
        takes_out = command[0] not in {"new", "check"}
        folders = [] if command[0] == "new" else ["--raw", str(self.raw)]
        return words + folders + (["--out", str(self.out)] if takes_out else [])


def tree(folder: Path) -> dict[str, str]:
    """Return {path inside the folder: digest} of every file; empty where there is no folder."""
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}


def room(demo: Made, folder: Path, *, fresh: bool) -> Room:
    """Return a room with the demo's files hard-linked; a fresh one was never run.

    To break a file is to unlink it and write another, so that the demo stays whole.
    """
    made = Room(folder / "坏 研究")
    made.folder.mkdir()
    shutil.copytree(demo.raw, made.raw, copy_function=os.link)
    if not fresh:
        shutil.copytree(demo.out.parent, made.out.parent, copy_function=os.link)
    made.write(DEMO_STUDY.read_text(encoding="utf-8"))
    return made


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


def call(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> Told:
    """Run the command line in this process, through its entry point."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["landuse", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    said = capsys.readouterr()
    code = stop.value.code
    return Told(code if isinstance(code, int) else 0, said.out, said.err)


def wkt(code: str) -> str:
    """Return the .prj text of a CRS."""
    return str(CRS.from_user_input(code).to_wkt("WKT1_ESRI"))
