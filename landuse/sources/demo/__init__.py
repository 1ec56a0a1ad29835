"""The demo county 示例县: a fictional county written in the real products' formats."""

from landuse.sources.demo.write import DemoReport, write_demo

__all__ = ["DemoReport", "write_demo"]
