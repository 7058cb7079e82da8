"""The settings of LearnFlow: faust.ini, and the environment over it."""

from learnflow.settings.claude import Claude
from learnflow.settings.loading import Settings, current, load
from learnflow.settings.sections import (
    Agents,
    Database,
    Learner,
    Learnflow,
    Safety,
    SandboxSettings,
    SettingsError,
    Struggle,
    Web,
    variable,
)

__all__ = (
    "Agents",
    "Claude",
    "Database",
    "Learner",
    "Learnflow",
    "Safety",
    "SandboxSettings",
    "Settings",
    "SettingsError",
    "Struggle",
    "Web",
    "current",
    "load",
    "variable",
)
