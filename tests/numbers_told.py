"""Numbers that a sentence tells, to compare one language with the other."""

from __future__ import annotations

import re
from collections import Counter

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numbers_told(text: str) -> Counter[str]:
    """Return how often each number stands in a text; signs and separators of thousands aside."""
    return Counter(found.replace(",", "") for found in _NUMBER.findall(text))
