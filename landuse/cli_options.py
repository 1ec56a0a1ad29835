"""What several commands take, and how they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

StudyFile = Annotated[Path, typer.Argument(help="研究文件 (.toml)，或随附研究的名称 / study file")]
Raw = Annotated[Path | None, typer.Option(help="原始数据目录 / folder of the raw layers")]
Out = Annotated[Path | None, typer.Option(help="成果目录 / folder for the products")]
ModelFile = Annotated[Path | None, typer.Option(help="改用此评分模型 / score model to use")]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


def say(text: str) -> None:
    """Print plain text, whatever brackets it holds."""
    from rich.console import Console

    Console(soft_wrap=True, highlight=False, markup=False).print(text)


def show(lines: list[str], data: Any, *, as_json: bool) -> None:
    """Print lines, or the same as JSON."""
    say(json.dumps(data, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))
