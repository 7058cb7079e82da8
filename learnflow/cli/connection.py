"""Which LearnFlow a command talks to: the one that is set, else the `learnflow up` that runs on this machine."""

from learnflow import settings
from learnflow.cli import run_file
from learnflow.settings import Settings, SettingsError


def broker(given: Settings | None = None) -> list[str]:
    """Return the brokers as host:port. Raises SettingsError when nothing says where they are."""
    own = given or settings.current()
    if own.learnflow.broker:
        return own.learnflow.bootstrap
    run = run_file.read(run_file.directory(own))
    if run is None:
        msg = "no broker is known: set LEARNFLOW_BROKER to kafka://host:port, or start `learnflow up`"
        raise SettingsError(msg)
    return run.broker.removeprefix("kafka://").split(";")


def database(given: Settings | None = None) -> str:
    """Return the database's URL. Raises SettingsError when nothing says where it is."""
    own = given or settings.current()
    if own.database.url:
        return own.database.url
    run = run_file.read(run_file.directory(own))
    if run is None:
        msg = (
            "no database is known: set LEARNFLOW_DATABASE_URL to postgresql://user:password@host:port/name, "
            "or start `learnflow up`"
        )
        raise SettingsError(msg)
    return run.database_url
