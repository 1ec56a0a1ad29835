"""`landuse check`: every fault, every named absence with its cost, every source, at once."""

from landuse.check.study import check_study

__all__ = ["check_study"]
