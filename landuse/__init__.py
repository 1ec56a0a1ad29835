"""landuse: suspected idle and low-efficiency construction land, with the evidence beside it."""

__version__ = "0.1.0"
