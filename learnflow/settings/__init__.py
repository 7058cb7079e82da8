"""faust.ini, and the environment over it → frozen settings. A wrong one is refused in one line that names it."""

import configparser
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from learnflow.settings import sections
from learnflow.settings.claude import Claude
from learnflow.settings.sections import PREFIX, Learner, Section, SettingsError, Struggle, Web, variable

__all__ = ("Claude", "Learner", "Settings", "SettingsError", "Struggle", "Web", "current", "load", "variable")

FILE = "faust.ini"
TESTS = "LEARNFLOW_TEST_"  # what the test suite reads is no setting


class Settings(Section):
    """All settings of a process."""

    learnflow: sections.Learnflow = sections.Learnflow()
    database: sections.Database = sections.Database()
    agents: sections.Agents = sections.Agents()
    triage: sections.Triage = sections.Triage()
    limits: sections.Limits = sections.Limits()
    struggle: Struggle = Struggle()
    learner: Learner = Learner()
    tutor: sections.Tutor = sections.Tutor()
    claude: Claude = Claude()
    safety: sections.Safety = sections.Safety()
    sandbox: sections.SandboxSettings = sections.SandboxSettings()
    sink: sections.Sink = sections.Sink()
    kafka: sections.Kafka = sections.Kafka()
    web: Web = Web()

    def as_environment(self) -> dict[str, str]:
        """Return the environment that gives a process these settings."""
        return {
            variable(section, key): str(value)
            for section, values in self.model_dump().items()
            for key, value in values.items()
        }

    def need_broker(self) -> str:
        """Return the broker's URL. Raises SettingsError when none is set."""
        if not self.learnflow.broker:
            raise SettingsError("LEARNFLOW_BROKER: must be set to kafka://host:port")
        return self.learnflow.broker

    def need_database(self) -> str:
        """Return the database's URL. Raises SettingsError when none is set."""
        if not self.database.url:
            raise SettingsError("LEARNFLOW_DATABASE_URL: must be set to postgresql://user:password@host:port/name")
        return self.database.url


def load(environment: Mapping[str, str], file: Path) -> Settings:
    """Read the settings. Raises SettingsError with one line that names what is wrong."""
    values = _from_file(file)
    for name, text in environment.items():
        if name.startswith(PREFIX) and not name.startswith(TESTS):
            section, key = _place(name)
            values.setdefault(section, {})[key] = text
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


@cache
def current() -> Settings:
    """The settings of this process."""
    return load(os.environ, Path(FILE))


def _from_file(file: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file}: cannot be read: {' '.join(str(error).split())}") from None
    return {section: dict(parser[section]) for section in parser.sections()}


def _place(name: str) -> tuple[str, str]:
    for section, field in Settings.model_fields.items():
        for key in getattr(field.annotation, "model_fields", {}):
            if name == variable(section, key):
                return section, key
    raise SettingsError(f"{name}: there is no such setting")


def _sentence(error: ValidationError) -> str:
    item = error.errors(include_url=False, include_input=False)[0]
    section, *key = (str(part) for part in item["loc"])
    name = variable(section, key[0]) if key else f"[{section}]"
    return f"{name} (or [{section}] in {FILE}): {item['msg'].removeprefix('Value error, ')}"
