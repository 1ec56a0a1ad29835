"""Settings of the partition of a county by its towns."""

from __future__ import annotations

from pydantic import Field

from landuse.core.settings import Settings


class PartitionSettings(Settings):
    """How towns are fitted to the county. All numbers are proposed here (mark P), in no standard.

    ``adcode``: only the towns of this county are taken from the list of codes.
    A gap with several towns beside it is cut along the line of equal distance if it has
    ``split_area_m2`` or is ``split_length_m`` across; else it goes whole to the longest border.
    ``sliver_m2``: pieces that cleaning cuts off below this are given to the town beside them.
    ``nested_share``: a polygon with less undisputed land than this counts as drawn on top.
    ``listed_m2``: changes from here on get a finding each; the rest are summed.
    ``doubt_share``: a town of whose land more than this was moved is doubted.
    ``offset_m``: middles of towns and county this far apart make the datum doubtful.
    Faults: less than ``cover_share`` of the county covered, more than ``outside_share`` of the
    towns outside, more than ``overlap_share`` claimed twice, a gap larger than
    ``gap_share`` of the median town that is no mere strip.
    """

    adcode: str | None = None
    split_area_m2: float = Field(default=10_000.0, ge=0)
    split_length_m: float = Field(default=500.0, ge=0)
    sliver_m2: float = Field(default=10_000.0, ge=0)
    nested_share: float = Field(default=0.5, ge=0, le=1)
    listed_m2: float = Field(default=100_000.0, ge=0)
    doubt_share: float = Field(default=0.05, ge=0)
    offset_m: float = Field(default=200.0, gt=0)
    cover_share: float = Field(default=0.5, ge=0, le=1)
    outside_share: float = Field(default=0.5, ge=0, le=1)
    overlap_share: float = Field(default=0.5, ge=0, le=1)
    gap_share: float = Field(default=0.5, gt=0)
