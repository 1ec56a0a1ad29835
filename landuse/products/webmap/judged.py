"""What the map tells of each parcel: packed once the parcels are judged, before the plans are."""

from __future__ import annotations

from typing import Any

from landuse.products.webmap.columns import add_parcels
from landuse.products.webmap.contributed import Contributed, add_contributions
from landuse.products.webmap.evidence import evidence_words
from landuse.products.webmap.model import Judged, MapInput
from landuse.products.webmap.pack import Payload
from landuse.products.webmap.still import still_picture
from landuse.products.webmap.whatif import add_what_if
from landuse.products.webmap.yearly import add_yearly


def judged_parcels(inputs: MapInput) -> Judged:
    """Return the parcels as the page holds them; nothing of villages, sites and plans is read.

    What cards, what-if and trend lines read is a text of its own: the browser unpacks it beside
    the other, and it is packed before the plans are made.
    """
    payload, details, rows = Payload(), Payload(), inputs.contributions
    told = None if rows is None or rows.empty else Contributed.of(rows, inputs.parcels)
    head: dict[str, Any] = {
        "criteria": add_contributions(details, inputs, told),
        "parcels": add_parcels(payload, details, inputs),
        "words": evidence_words(inputs.parcels),
        "whatif": add_what_if(details, inputs, told),
        "yearly": add_yearly(details, inputs),
    }
    return Judged(head, payload.body(), details.text(), still_picture(inputs))
