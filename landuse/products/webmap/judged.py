"""What the map tells of each parcel: packed once the parcels are judged, before the plans are."""

from __future__ import annotations

from typing import Any

from landuse.products.webmap.columns import add_contributions, add_parcels
from landuse.products.webmap.evidence import evidence_words
from landuse.products.webmap.model import Judged, MapInput
from landuse.products.webmap.pack import Payload
from landuse.products.webmap.still import still_picture
from landuse.products.webmap.whatif import add_what_if
from landuse.products.webmap.yearly import add_yearly


def judged_parcels(inputs: MapInput) -> Judged:
    """Return the parcels as the page holds them; nothing of villages, sites and plans is read."""
    payload = Payload()
    head: dict[str, Any] = {
        "criteria": add_contributions(payload, inputs),
        "parcels": add_parcels(payload, inputs),
        "words": evidence_words(inputs.parcels),
        "whatif": add_what_if(payload, inputs),
        "yearly": add_yearly(payload, inputs),
    }
    return Judged(head, payload.body(), still_picture(inputs))
