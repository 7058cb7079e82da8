"""The settings of LearnFlow: faust.ini, and the environment over it."""

from learnflow.settings.claude import Claude
from learnflow.settings.loading import Settings, current, load
from learnflow.settings.section import SettingsError, variable
from learnflow.settings.sections import Agents, Database, Learnflow, Safety, Web

__all__ = (
    "Agents",
    "Claude",
    "Database",
    "Learnflow",
    "Safety",
    "Settings",
    "SettingsError",
    "Web",
    "current",
    "load",
    "variable",
)
