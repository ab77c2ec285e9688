"""The files that containers are made from say what the code and each other say."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from api.cli import pagesight
from api.commands.encoder import PORT
from api.configuration.serving import LOOPBACK
from api.settings import Settings
from api.telemetry.metric_names import EVERY
from tests import seaweed

ROOT = Path(__file__).parents[1]
MONITORING = ROOT / "tools" / "monitoring"
DASHBOARD = MONITORING / "grafana" / "dashboards" / "pagesight.json"
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*")
INTERPOLATED = re.compile(r"\$\{([A-Z0-9_]+)")
SECRETS = {"POSTGRES_PASSWORD", "S3_SECRET", "GRAFANA_PASSWORD"}
METRIC = re.compile(r"\bpagesight_\w+?(?=_bucket\b|_count\b|_sum\b|\b)")
METRICS = {m.name for m in EVERY} | {f"{m.name}_total" for m in EVERY if m.kind == "counter"}
SUFFIX = re.compile(r"_(bucket|count|sum)$")

Compose = dict[str, Any]
COMPOSE_FILE = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: Compose = yaml.safe_load(COMPOSE_FILE)
SERVICES: dict[str, Compose] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("pagesight:")]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
LAST_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


def every(service: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(service, SERVICES)


def variables_of(service: str) -> dict[str, str | None]:
    return dict(SERVICES[service].get("environment", {}))


def dashboard_queries() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_only_the_api_is_published_and_on_loopback_only() -> None:
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}

    assert list(published) == ["api"]
    assert published["api"] == [f"{LOOPBACK[0]}:{Settings().port}:{Settings().port}"]


def test_only_what_is_published_on_loopback_trusts_its_network() -> None:
    assert [s for s in SERVICES if "PAGESIGHT_TRUST_NETWORK" in variables_of(s)] == ["api"]


def test_the_images_are_pinned() -> None:
    images = [service["image"] for service in SERVICES.values()]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)

    assert len(bases) == 2
    assert [image for image in images + bases if not PINNED.fullmatch(image)] == []
    assert [image for image in images if "latest" in image] == []


def test_our_image_bears_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert {SERVICES[name]["image"] for name in OURS} == {f"pagesight:{version}"}
    assert f"ARG VERSION={version}\n" in LAST_STAGE
    assert 'org.opencontainers.image.version="$VERSION"' in LAST_STAGE


@every("name")
def test_a_container_can_become_no_more_than_it_is(name: str) -> None:
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert "privileged" not in service


@every("name")
def test_a_container_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]

    assert {"memory", "pids"} <= set(limits)


@every("name")
def test_a_container_says_whether_it_is_well_unless_it_serves_nothing(name: str) -> None:
    checked = SERVICES[name].get("healthcheck")

    if name == "worker":
        assert checked == {"disable": True}
    elif name == "api":
        assert "\nHEALTHCHECK " in LAST_STAGE
    else:
        assert {"test", "interval", "timeout", "retries"} <= set(checked or {})


@every("name")
def test_what_a_container_waits_for_is_there_and_waited_for_until_it_is_well(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        assert wait == {"condition": "service_healthy"}
        assert "test" in SERVICES[other]["healthcheck"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_wait_for_every_store(name: str) -> None:
    assert set(SERVICES[name]["depends_on"]) == {"postgres", "qdrant", "s3"}


@pytest.mark.parametrize("name", OURS)
def test_what_a_container_is_told_is_a_setting_of_a_good_value(name: str) -> None:
    told = {k.removeprefix("PAGESIGHT_").lower(): v for k, v in variables_of(name).items()}
    literal = {k: v for k, v in told.items() if v is not None and "$" not in v}

    assert all(k.startswith("PAGESIGHT_") for k in variables_of(name))
    assert set(told) <= set(Settings.model_fields)
    assert Settings(**literal).blobs == "s3://pagesight/blobs"  # type: ignore[arg-type]  # checked


@pytest.mark.parametrize("name", OURS)
def test_a_container_is_started_with_a_command_that_exists(name: str) -> None:
    done = CliRunner().invoke(pagesight, [*SERVICES[name]["command"], "--help"])

    assert done.exit_code == 0


def test_the_containers_of_one_fleet_share_all_stores() -> None:
    shared = [k for k in variables_of("worker") if k != "PAGESIGHT_LANGUAGE"]

    assert {"PAGESIGHT_DATABASE_URL", "PAGESIGHT_VECTORS", "PAGESIGHT_BLOBS"} <= set(shared)
    assert all(variables_of("api")[k] == variables_of("worker")[k] for k in shared)
    assert SERVICES["api"]["volumes"] == SERVICES["worker"]["volumes"]


@pytest.mark.parametrize(
    ("variable", "service"),
    [
        ("PAGESIGHT_DATABASE_URL", "postgres"),
        ("PAGESIGHT_VECTORS", "qdrant"),
        ("PAGESIGHT_S3_ENDPOINT", "s3"),
    ],
)
def test_a_store_that_is_named_is_a_container_on_the_same_network(
    variable: str, service: str
) -> None:
    named = re.search(r"(?:@|//)(\w+):\d+", str(variables_of("api")[variable]))

    assert named is not None
    assert named[1] == service
    assert SERVICES[service]["networks"] == ["inside"]


def test_what_parses_files_reaches_no_network_outside() -> None:
    assert SERVICES["worker"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["api"]["command"] == ["serve", "--no-work"]


def test_the_named_volumes_and_networks_exist() -> None:
    for service in SERVICES.values():
        volumes = [volume.partition(":")[0] for volume in service.get("volumes", [])]
        files = [ROOT / volume for volume in volumes if volume.startswith("./")]

        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert {volume for volume in volumes if volume[0] != "."} <= set(COMPOSE["volumes"])
        assert all(path.exists() for path in files)


def test_every_secret_is_demanded_from_the_file_that_git_ignores() -> None:
    told = re.findall(r"\$\{(\w+):\?see \.env\.example\}", COMPOSE_FILE)
    left_blank = re.findall(r"^(\w+)=$", EXAMPLE, flags=re.MULTILINE)

    assert set(told) == set(left_blank) == SECRETS
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert all(f"${{{secret}:-" not in COMPOSE_FILE for secret in SECRETS)


def test_the_example_names_what_is_read_and_nothing_else() -> None:
    read = set(INTERPOLATED.findall(COMPOSE_FILE))
    passed_on = {k for name in OURS for k, value in variables_of(name).items() if value is None}
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE))

    assert named == read | passed_on


def test_the_s3_store_is_started_as_the_one_of_the_tests() -> None:
    command = SERVICES["s3"]["command"]

    assert command[0] == "mini"
    assert set(seaweed.OPTIONS) <= set(command)
    assert variables_of("s3")["AWS_ACCESS_KEY_ID"] == variables_of("api")["PAGESIGHT_S3_KEY_ID"]
    assert variables_of("s3")["AWS_SECRET_ACCESS_KEY"] == variables_of("api")["PAGESIGHT_S3_SECRET"]


def test_the_model_is_reached_by_the_api_alone() -> None:
    assert [name for name, service in SERVICES.items() if "model" in service["networks"]] == [
        "api",
        "vlm",
    ]
    assert "PAGESIGHT_VLM_URL=http://vlm:8000/v1" in EXAMPLE
    (device,) = SERVICES["vlm"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]


def test_the_encoder_is_asked_at_the_port_that_it_binds_with_the_key_of_the_others() -> None:
    shared = ("PAGESIGHT_ENCODER", "PAGESIGHT_ENCODER_URL", "PAGESIGHT_ENCODER_KEY")
    (device,) = SERVICES["encoder"]["deploy"]["resources"]["reservations"]["devices"]

    assert f"PAGESIGHT_ENCODER_URL=pagesight+http://encoder:{PORT}" in EXAMPLE
    assert f"127.0.0.1:{PORT}/readyz" in str(SERVICES["encoder"]["healthcheck"]["test"])
    assert {variables_of(name)[v] for name in OURS for v in shared} == {
        f"${{{variable}:-}}" for variable in shared
    }
    assert SERVICES["encoder"]["networks"] == ["inside"]
    assert device["capabilities"] == ["gpu"]


def test_the_profiles_are_those_that_the_documentation_tells_of() -> None:
    profiles = {name: s["profiles"] for name, s in SERVICES.items() if "profiles" in s}
    page = (ROOT / "docs" / "deployment.md").read_text("utf-8")

    assert profiles == {
        "encoder": ["gpu"],
        "vlm": ["vlm"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }
    assert all(f"--profile {profile}" in page for [profile] in profiles.values())


def test_what_is_watched_is_a_container_that_prometheus_reaches() -> None:
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text("utf-8"))
    targets = [
        target.partition(":")[0]
        for job in config["scrape_configs"]
        for static in job["static_configs"]
        for target in static["targets"]
    ]

    assert "api" in targets
    assert [t for t in targets if "inside" not in SERVICES[t]["networks"]] == []


def test_the_dashboard_is_found_and_asks_the_data_source_that_is_there() -> None:
    folder = MONITORING / "grafana"
    source = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text("utf-8"))
    provider = yaml.safe_load((folder / "dashboards" / "pagesight.yml").read_text("utf-8"))
    mounted = {v.split(":")[1] for v in SERVICES["grafana"]["volumes"] if v.startswith("./")}
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]

    assert {f"{root}/dashboards" for root in mounted} == {
        provider["providers"][0]["options"]["path"]
    }
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert {p["datasource"]["uid"] for p in panels} == {source["datasources"][0]["uid"]}


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    shown = {name for query in dashboard_queries() for name in METRIC.findall(query)}

    assert len(shown) >= 9
    assert {SUFFIX.sub("", name) for name in shown} <= METRICS


def test_the_image_serves_as_a_user_of_its_own_and_says_whether_it_lives() -> None:
    assert re.findall(r"^USER (\S+)", LAST_STAGE, flags=re.MULTILINE) == ["pagesight"]
    assert f"http://127.0.0.1:{Settings().port}/livez" in LAST_STAGE
    assert 'ENTRYPOINT ["pagesight"]' in LAST_STAGE


def test_the_image_is_built_for_cpus_and_on_demand_for_gpus() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = re.findall(r"--build-arg EXTRAS=(\S+)", DOCKERFILE)[0].split(",")

    assert set(wanted) <= set(extras["optional-dependencies"])
    assert set(SERVICES["api"]["build"]["args"]) == {"TORCH_INDEX", "EXTRAS"}
    assert re.findall(r"^ARG (\w+)", DOCKERFILE, flags=re.MULTILINE)[:2] == [
        "TORCH_INDEX",
        "EXTRAS",
    ]


def test_the_image_gets_every_package_and_every_lock() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"demo", "tests"}

    assert ignored[1] == "*"
    assert {f"!{name}" for name in packages} <= set(ignored)
    assert {"!requirements.lock", "!requirements-torch.txt", "!pyproject.toml"} <= set(ignored)
