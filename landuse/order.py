"""Which stage comes first: what rests on which, and how long the way to the end is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

Upstream = Mapping[str, Collection[str]]
"""Name of a stage, those before others first -> names of the stages it takes from."""


def behind(names: Iterable[str], upstream: Upstream) -> set[str]:
    """Return the stages of these names and all they rest on."""
    needed, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed and name in upstream:
            needed.add(name)
            waiting += upstream[name]
    return needed


def way_to_the_end(upstream: Upstream, seconds: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds from the start of each stage to the end of the longest chain after it.

    The stage with the longest way is made first where two hands share the work: what waits for it
    is never kept waiting by what nobody waits for. A stage of unknown length counts nothing.
    """
    way = dict.fromkeys(upstream, 0.0)
    for name in reversed(list(upstream)):
        way[name] += seconds.get(name, 0.0)
        for before in upstream[name]:
            way[before] = max(way.get(before, 0.0), way[name])
    return way
