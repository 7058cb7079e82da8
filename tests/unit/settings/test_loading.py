"""faust.ini and the environment → settings, or one line that names what is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from learnflow.settings import Settings, SettingsError, load, variable


def loaded(tmp_path: Path, environment: Mapping[str, str] | None = None, ini: str = "") -> Settings:
    file = tmp_path / "faust.ini"
    file.write_text(ini)
    return load(environment or {}, file)


def test_without_file_and_environment_the_defaults_hold(tmp_path: Path) -> None:
    assert load({}, tmp_path / "none.ini") == Settings()


def test_the_repository_file_holds_the_defaults() -> None:
    assert load({}, Path(__file__).parents[3] / "faust.ini") == Settings()


def test_the_file_sets_a_setting(tmp_path: Path) -> None:
    assert loaded(tmp_path, ini="[web]\nport = 7000\n").web.port == 7000


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"LEARNFLOW_WEB_PORT": "7001"}, "[web]\nport = 7000\nhost = 0.0.0.0\n")
    assert (settings.web.port, settings.web.host) == (7001, "0.0.0.0")  # noqa: S104 - a value, nothing listens


def test_settings_of_the_first_section_have_short_variables(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"LEARNFLOW_BROKER": "kafka://a:1;b:2"}).learnflow.bootstrap == ["a:1", "b:2"]


def test_every_setting_has_a_variable_of_its_own(tmp_path: Path) -> None:
    sections = Settings().model_dump()
    names = [variable(section, key) for section, values in sections.items() for key in values]
    assert len(set(names)) == len(names)
    for section, values in sections.items():
        for key, value in values.items():
            assert loaded(tmp_path, {variable(section, key): str(value)}) == Settings()


def test_variables_of_the_test_suite_and_of_others_are_no_settings(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"LEARNFLOW_TEST_BROKER": "apache", "KAFKA_BROKER": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEARNFLOW_BROKER", "localhost:9092"),
        ("LEARNFLOW_BROKER", "kafka://"),
        ("LEARNFLOW_DATABASE_URL", "mysql://host/name"),
        ("LEARNFLOW_LOG_LEVEL", "loud"),
        ("LEARNFLOW_LOG_FORMAT", "xml"),
        ("LEARNFLOW_TUTOR", "oracle"),
        ("LEARNFLOW_AGENTS_IN_FLIGHT", "0"),
        ("LEARNFLOW_AGENTS_IN_FLIGHT", "many"),
        ("LEARNFLOW_AGENTS_DRAIN_SECONDS", "-1"),
        ("LEARNFLOW_TRIAGE_MINIMUM_CONFIDENCE", "1.01"),
        ("LEARNFLOW_LIMITS_TURNS", "2.5"),
        ("LEARNFLOW_SINK_BATCH", ""),
        ("LEARNFLOW_KAFKA_FETCH_WAIT_MS", "0"),
        ("LEARNFLOW_WEB_PORT", "65536"),
        ("LEARNFLOW_WEB_PORT", "-1"),
        ("LEARNFLOW_WEB_COLOUR", "red"),
        ("LEARNFLOW_BROKERS", "kafka://a:1"),
        ("LEARNFLOW_", "x"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as error:
        loaded(tmp_path, {name: value})
    assert str(error.value).startswith(name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("ini", "named"),
    [
        ("[web]\nport = high\n", "LEARNFLOW_WEB_PORT (or [web] in faust.ini)"),
        ("[web]\ncolour = red\n", "LEARNFLOW_WEB_COLOUR"),
        ("[weather]\nsun = 1\n", "[weather]"),
        ("[limits]\ncollaboration_seconds = 120\n", "collaboration_seconds must be less than open_query_seconds"),
        ("[claude]\nprices = claude-sonnet-5-5 3\n", "LEARNFLOW_CLAUDE_PRICES (or [claude] in faust.ini): 'claude-son"),
        ("[claude]\nprices = claude-sonnet-5-5 3 dear\n", "'dear' is no price in US dollars"),
        ("[claude]\nprices = claude-sonnet-5-5 -3 15\n", "'-3' is no price"),
        ("[claude]\nprices = claude-sonnet-5-5 nan 15\n", "'nan' is no price"),
        ("[claude]\nprices = a 3 15, a 1 5\n", "a has two entries"),
        (
            "[claude]\nmodel = claude-other\nbudget_usd_per_day = 5\n",
            "none for claude-other, the model of LEARNFLOW_CLAUDE_MODEL",
        ),
        (
            "[claude]\nprices = claude-sonnet-5-5 3 15\nbudget_usd_per_day = 5\n",
            "for claude-haiku-5-5, the model of LEARNFLOW_CLAUDE_TRIAGE",
        ),
        ("port = 1\n", "faust.ini: cannot be read"),
        ("[web]\nport = 1\nport = 2\n", "faust.ini: cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_that_names_what(tmp_path: Path, ini: str, named: str) -> None:
    with pytest.raises(SettingsError) as error:
        loaded(tmp_path, ini=ini)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_prices_may_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    ini = "[claude]\nprices =\n  claude-sonnet-5-5 3 15,\n  claude-haiku-5-5 0.8 4,\n"
    assert loaded(tmp_path, ini=ini).claude.rates() == {"claude-sonnet-5-5": (3, 15), "claude-haiku-5-5": (0.8, 4)}


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faust.ini").write_bytes(b"[web]\nport = \xff\n")
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, tmp_path / "faust.ini")


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"LEARNFLOW_DATABASE_URL": "postgresql://me:secret@host/db"})
    assert "secret" not in repr(settings)


def test_a_wrong_password_url_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        loaded(tmp_path, {"LEARNFLOW_DATABASE_URL": "pg://me:secret@host/db"})
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("need", ["need_broker", "need_database"])
def test_what_is_needed_and_not_set_is_said(need: str) -> None:
    with pytest.raises(SettingsError, match="must be set to"):
        getattr(Settings(), need)()
