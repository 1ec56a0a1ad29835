"""The open map and the county outline of a study, from a local file or from the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from landuse.core.errors import Fault, LanduseError, data_fault
from landuse.fetch_items import Fetching, Item, local, with_mirrors
from landuse.sources.osm import layers as osm
from landuse.sources.osm.convert import osm_layers, write_osm
from landuse.sources.osm.geofabrik import remote_at, remote_for
from landuse.sources.osm.overpass import OverpassSettings, overpass_layers
from landuse.sources.remote.fetched import note, read_record
from landuse.sources.remote.http import Client
from landuse.sources.remote.spec import Fetched, Remote
from landuse.sources.spec import VectorSource

OSM_FILE = "osm.gpkg"
TITLE = "开放街道地图 OpenStreetMap"


def fetch_osm(fetching: Fetching) -> None:
    """Make ``osm.gpkg`` where the study names it: from a local extract, Geofabrik or Overpass."""
    roles = [
        role
        for role, source in fetching.study.declared.of_kind(VectorSource).items()
        if source.path == OSM_FILE
    ]
    if not roles:
        return
    target, role = fetching.raw / OSM_FILE, "roads" if "roads" in roles else roles[0]
    if target.is_file():
        fetching.items.append(_there(fetching, target, role=role))
        return
    try:
        fetching.items += _make(fetching, target, role=role)
    except LanduseError as error:
        fetching.faults += error.faults
        fetching.items.append(Item(role, OSM_FILE, "failed"))


def _make(fetching: Fetching, target: Path, *, role: str) -> Iterator[Item]:
    """Yield how the extract came and what was made of it."""
    choice = fetching.study.study.fetch
    extracts = sorted(fetching.raw.glob("*.osm.pbf"))
    if len(extracts) > 1:
        fetching.faults.append(_several(extracts))
        yield Item(role, OSM_FILE, "missing")
        return
    if extracts:
        yield _converted(extracts[0], fetching, target, role=role)
    elif choice.osm == "none" or fetching.offline:
        yield Item(role, OSM_FILE, "missing")
    elif choice.osm == "overpass":
        yield _asked(fetching, target, role=role)
    else:
        extract = _from_geofabrik(fetching, role)
        yield extract
        if extract.how != "failed":
            yield _converted(fetching.raw / extract.file, fetching, target, role=role)


def _from_geofabrik(fetching: Fetching, role: str) -> Item:
    choice = fetching.study.study.fetch
    adcode = fetching.study.study.study.adcode
    plain = with_mirrors(remote_for(adcode), choice.mirrors)
    with Client.open(choice.http) as client:
        checksum = _checksum(plain, client)
    return fetching.bring(role, replace(plain, checksum=checksum), title=TITLE)


def _checksum(remote: Remote, client: Client) -> str:
    """Return the MD5 that the first address serves beside the file."""
    faults: list[Fault] = []
    for url in remote.urls:
        try:
            return remote_at(url, client=client).checksum
        except LanduseError as error:
            faults += error.faults
    raise LanduseError(faults)


def _converted(extract: Path, fetching: Fetching, target: Path, *, role: str) -> Item:
    made = osm_layers(extract, bounds=fetching.window)
    write_osm(target, made.layers)
    return _made(made, target, role=role, source=extract.name)


def _asked(fetching: Fetching, target: Path, *, role: str) -> Item:
    choice = fetching.study.study.fetch
    fetching.say(f"{TITLE}: {osm.LICENCE}; {osm.ATTRIBUTION}")
    settings = OverpassSettings(urls=(choice.overpass_url,), http=choice.http)
    made = overpass_layers(fetching.window, settings=settings)
    write_osm(target, made.layers)
    return _made(made, target, role=role, source=choice.overpass_url)


def _there(fetching: Fetching, target: Path, *, role: str) -> Item:
    known = read_record(fetching.raw).get(OSM_FILE)
    item = local(role, target)
    if known is None or known.file_sha256 != item.sha256:
        return item
    return replace(item, how="kept", url=known.url)


def _made(made: osm.OsmLayers, target: Path, *, role: str, source: str) -> Item:
    """Note what was made in the record, so that the source sheet can tell where it came from."""
    counts = ", ".join(f"{name} {len(layer)}" for name, layer in made.layers.items())
    item = local(role, target)
    record = Fetched(
        name=OSM_FILE, url=source, file_sha256=item.sha256, file_bytes=item.bytes,
        received_bytes=0, requests=0,
    )  # fmt: skip
    note(target.parent, record)
    notes = [(f.message_zh, f.message_en) for f in made.findings]
    return Item(
        role, OSM_FILE, "made", sha256=item.sha256, bytes=item.bytes, url=source,
        note_zh="；".join([counts, *(zh for zh, _ in notes)]),
        note_en="; ".join([counts, *(en for _, en in notes)]),
    )  # fmt: skip


def _several(extracts: list[Path]) -> Fault:
    return data_fault(
        "有几个 .osm.pbf，不知用哪一个", "several .osm.pbf files: which one is not guessed",
        file=", ".join(path.name for path in extracts), todo_zh="只留一个",
        todo_en="leave one",
    )  # fmt: skip
