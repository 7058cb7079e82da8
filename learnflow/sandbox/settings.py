"""How student code is run: the section [sandbox] of the settings."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt


class SandboxSettings(BaseModel):
    """Isolation, how many runs there are at once, and what each may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    isolation: Literal["bubblewrap", "limits"] = "bubblewrap"
    at_once: PositiveInt = 4
    case_seconds: PositiveFloat = 2.0
    total_seconds: PositiveFloat = 20.0
    memory_mb: Annotated[int, Field(ge=256)] = 512
    output_kb: PositiveInt = 64
