"""How often Python looks for garbage that only cycles keep.

By default after every 700 new values, and through all values after every hundredth of those looks.
Tables and workbooks make millions of values and hardly a cycle: looking took a tenth of the time of
a workbook and of reading the libraries.
"""

from __future__ import annotations

import atexit
import gc

_NEW_VALUES, _YOUNG_LOOKS, _MIDDLE_LOOKS = 100_000, 20, 100


def collect_seldom() -> None:
    """Look for cycles after 100,000 new values, for the rest of this process, and not at its end.

    An ending process looks through all it holds before the system takes everything back: 0.2 s.
    """
    gc.set_threshold(_NEW_VALUES, _YOUNG_LOOKS, _MIDDLE_LOOKS)
    atexit.register(gc.freeze)
