"""The demo county 示例县: a fictional county written in the real products' formats."""

from landuse.sources.demo.frame import PLANS
from landuse.sources.demo.write import DemoReport, write_demo

__all__ = ["SIZES", "DemoReport", "write_demo"]

SIZES = tuple(sorted(PLANS))
