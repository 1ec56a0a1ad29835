"""The base of every settings object: frozen, and a misspelt key is an error."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Mark = Literal["V", "V-weak", "M", "P"]
"""How well a number is known: read in source, second-hand, from memory, proposed here."""


class Settings(BaseModel):
    """Frozen settings that refuse unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
