"""Compose files and the Dockerfile, as they are written: what they name is there, what the settings
ask for is passed, and no container has rights it has no use for.

They are read, not run: nothing here needs Docker. `make check` also holds the files against the
schema of Compose, and follows the Dockerfile's steps.
"""

from __future__ import annotations

import re
from typing import Any, cast

import click
import pytest
import yaml

from bot.settings import Settings
from model.service.settings import WorkerSettings
from qibu.cli import root
from tests.ops.operations import PAGE, ROOT

FILES = ["compose.yaml", "compose.cuda.yaml", "compose.watch.yaml", "compose.cluster.yaml"]
OTHERS_SETTINGS = {"COMPOSE_PROFILES", "PIP_EXTRA_INDEX_URL", "QIBU_GRAFANA_PASSWORD"}
"""What .env says to Compose alone."""
ELSEWHERE = {"QIBU_LOG_FORMAT"}
"""A setting of the root command, which bot and worker share."""

Service = dict[str, Any]


def _read(file: str) -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load((ROOT / file).read_text()))


def _services(file: str) -> dict[str, Service]:
    return cast("dict[str, Service]", _read(file)["services"])


BASE = _services("compose.yaml")
EVERYTHING = [(file, name) for file in FILES for name in _services(file)]
IMAGE = (ROOT / "Dockerfile").read_text()
LAST_STAGE = IMAGE[IMAGE.rindex("\nFROM ") :]


def _known_settings() -> set[str]:
    named = [*Settings.model_fields, *WorkerSettings.model_fields]
    return {f"QIBU_{name.upper()}" for name in named} | ELSEWHERE


@pytest.mark.parametrize("name", BASE)
def test_a_container_is_read_only_without_rights_and_not_root(name: str) -> None:
    service = BASE[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]
    weak = {"privileged", "user", "cap_add", "network_mode", "pid", "ipc", "devices"}
    assert not weak & set(service)


def test_the_worker_knows_no_token_and_is_published_nowhere() -> None:
    worker = BASE["worker"]
    assert not {"env_file", "ports", "volumes"} & set(worker)
    assert worker["networks"] == ["inside"]
    assert _read("compose.yaml")["networks"]["inside"] == {"internal": True}
    bots = {name.upper() for name in Settings.model_fields} - {
        name.upper() for name in WorkerSettings.model_fields
    }
    told = {name.removeprefix("QIBU_") for name in worker["environment"]}
    assert told & bots <= {"LOG_FORMAT"}
    assert told == {name.upper() for name in WorkerSettings.model_fields} | {"LOG_FORMAT"}, (
        "all that a worker can be told"
    )


@pytest.mark.parametrize(("file", "name"), EVERYTHING)
def test_what_is_published_is_for_this_machine_alone(file: str, name: str) -> None:
    for port in _services(file)[name].get("ports", []):
        assert port.startswith("127.0.0.1:"), port


@pytest.mark.parametrize("file", FILES)
def test_what_a_file_names_is_there(file: str) -> None:
    whole, services = _read(file), _services(file)
    volumes = {*whole.get("volumes", ()), *_read("compose.yaml")["volumes"]}
    networks = {"default", *whole.get("networks", ()), *_read("compose.yaml")["networks"]}
    for name, service in services.items():
        assert name in BASE or {"image", "build"} & set(service), f"{name} adds to nothing"
        assert set(service.get("depends_on", ())) <= {*services, *BASE}
        assert set(service.get("networks", ())) <= networks
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if "/" in source else source in volumes, volume
        build = service.get("build", {})
        arguments = set(re.findall(r"^ARG (\w+)", IMAGE, re.MULTILINE))
        assert set(build.get("args", ())) <= arguments
        assert build.get("context", ".") == "."


@pytest.mark.parametrize("profile", ["one", "two"])
def test_a_profile_brings_all_it_depends_on(profile: str) -> None:
    chosen = {name for name, service in BASE.items() if profile in service["profiles"]}
    assert chosen, "there is such a profile"
    for name in chosen:
        assert set(BASE[name].get("depends_on", ())) <= chosen
    assert {one for service in BASE.values() for one in service["profiles"]} == {"one", "two"}


@pytest.mark.parametrize("file", FILES)
def test_a_variable_is_in_the_example_and_is_a_setting(file: str) -> None:
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / file).read_text()))
    assert asked <= example
    assert asked <= _known_settings() | OTHERS_SETTINGS
    for service in _services(file).values():
        given = {name for name in service.get("environment", ()) if name.startswith("QIBU_")}
        assert given <= _known_settings()


def test_the_example_shows_every_setting_and_no_other() -> None:
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == _known_settings() | OTHERS_SETTINGS


@pytest.mark.parametrize("name", BASE)
def test_a_container_runs_a_command_of_the_program(name: str) -> None:
    default = re.search(r'^CMD \["(\w+)"\]$', LAST_STAGE, re.MULTILINE)
    assert default is not None
    assert re.search(r'^ENTRYPOINT \["qibu"\]$', LAST_STAGE, re.MULTILINE)
    arguments = BASE[name].get("command", [default[1]])
    command: click.Command = root
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), arguments[0])
        assert found is not None, arguments
        command, arguments = found, arguments[1:]
    command.make_context(name, list(arguments))


def test_bot_and_worker_meet() -> None:
    worker = root.get_command(click.Context(root), "worker")
    assert worker is not None
    (port,) = [option.default for option in worker.params if option.name == "port"]
    assert BASE["bot"]["environment"]["QIBU_WORKER_URL"] == f"http://worker:{port}"
    assert re.search(rf"^EXPOSE {port}$", LAST_STAGE, re.MULTILINE)
    assert "inside" in BASE["bot"]["networks"]


def test_the_image_runs_as_nobody_special_and_writes_to_its_volume_alone() -> None:
    assert re.search(r"^USER 10001:10001$", LAST_STAGE, re.MULTILINE)
    assert "USER root" not in LAST_STAGE
    assert re.search(r"^WORKDIR /data$", LAST_STAGE, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", LAST_STAGE, re.MULTILINE)
    assert "install --directory --owner qibu --group qibu /data" in LAST_STAGE
    assert "QIBU_DATABASE_URL=sqlite+aiosqlite:////data/qibu.db" in LAST_STAGE
    for name in ("qibu", "bot", "migrate"):
        assert BASE[name]["volumes"] == ["data:/data"], name
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists(), name
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored.count("*") == 1
    assert "!.env" not in ignored


def test_what_has_begun_may_end() -> None:
    """A bot gives what is under way half a minute, and then ends its worker."""
    for service in BASE.values():
        assert service["stop_grace_period"] == "60s"
    page = PAGE.read_text()
    assert "--stop-timeout 60" in page
    assert "TimeoutStopSec=60" in page


def test_the_page_starts_what_there_is() -> None:
    named = set(re.findall(r"-f (compose\S*\.yaml)", PAGE.read_text()))
    assert named <= set(FILES)
    assert named >= {"compose.cuda.yaml", "compose.watch.yaml"}
