"""What all sections of the settings have in common."""

from pydantic import BaseModel, ConfigDict

PREFIX = "LEARNFLOW_"


class SettingsError(Exception):
    """A setting is unknown or has a wrong value."""


class Section(BaseModel):
    """A section of the file, frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def variable(section: str, key: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{key}".upper() if section == "learnflow" else f"{PREFIX}{section}_{key}".upper()
