"""No container engine is needed to see that the compose file is well formed and that all it names exists."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.celery import app
from config.env import ROOT

TEXT = {"type": ["string", "number", "boolean", "null"]}
STRINGS = {"type": "array", "items": {"type": "string"}}
HEALTH = {
    "type": "object",
    "additionalProperties": False,
    "required": ["test", "interval", "timeout", "retries"],
    "properties": {
        "test": STRINGS,
        "interval": {"type": "string", "pattern": r"^\d+s$"},
        "timeout": {"type": "string", "pattern": r"^\d+s$"},
        "start_period": {"type": "string", "pattern": r"^\d+s$"},
        "retries": {"type": "integer"},
    },
}
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image"],
    "properties": {
        "image": {"type": "string"},
        "build": {"type": "string"},
        "command": STRINGS,
        "environment": {"type": "object", "additionalProperties": TEXT},
        "ports": {"type": "array", "items": {"type": "string", "pattern": r":\d+$"}},
        "volumes": STRINGS,
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "stop_grace_period": {"type": "string"},
        "cap_drop": STRINGS,
        "security_opt": STRINGS,
        "healthcheck": HEALTH,
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["condition"],
                "properties": {
                    "condition": {"enum": ["service_started", "service_healthy", "service_completed_successfully"]}
                },
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["services"],
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string"},
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
}


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_compose_follows_its_schema(compose: Any) -> None:
    jsonschema.validate(compose, SCHEMA)


def test_compose_has_all_that_the_app_needs(compose: Any) -> None:
    assert {"web", "worker", "beat", "postgres", "valkey", "mailpit", "migrate"} == set(compose["services"])


def test_what_compose_names_exists(compose: Any) -> None:
    services, volumes = compose["services"], set(compose["volumes"])
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}"
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{other} cannot tell that it is healthy"
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in volumes, f"{name} keeps its data in {volume}"
        for address in re.findall(r"@?//?(?:[^@/]*@)?([a-z]+):\d+", " ".join(map(str, service_values(service)))):
            assert address in {*services, "localhost"}, f"{name} speaks to {address}"


def service_values(service: dict[str, Any]) -> list[Any]:
    return list(service.get("environment", {}).values())


def test_migrations_run_once_and_everybody_waits_for_them(compose: Any) -> None:
    services = compose["services"]

    assert services["migrate"]["restart"] == "no"
    assert [name for name, service in services.items() if "prepare" in service.get("command", [])] == ["migrate"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_what_the_example_lets_one_set_reaches_the_containers() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8").partition("# Only for `make run`")[0]
    compose_file = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    # Where the services are, compose says itself.
    wanted = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) - {"DATABASE_URL", "REDIS_URL", "REDIS_PREFIX"}
    assert {"SECRET_KEY", "DEMO", "PORT"} < wanted
    assert wanted - set(re.findall(r"\$\{([A-Z_]+)", compose_file)) == set()


def test_commands_of_compose_and_image_exist(compose: Any) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    commands = [
        service["command"]
        for service in compose["services"].values()
        if service["image"] == "eslabon" and "command" in service
    ]
    commands += [re.findall(r'"([^"]+)"', line) for line in re.findall(r"^.*CMD (\[.*\])$", dockerfile, re.MULTILINE)]
    assert len(commands) == 5
    for command in commands:
        if command[:2] == ["python", "-m"]:
            assert find_spec(command[2]), command
        elif command[0] == "python":
            assert (ROOT / command[1]).exists(), command
            assert (ROOT / "config" / "management" / "commands" / f"{command[2]}.py").exists(), command
        else:
            assert command[:3] == ["celery", "-A", "config.celery:app"], command
            assert (Path(sys.executable).parent / command[0]).exists()
    assert app.main == "eslabon"


def test_the_image_copies_what_exists_and_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER eslabon$", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    assert dockerfile.index("USER eslabon") < dockerfile.index("\nCMD ")


def test_no_secret_of_this_machine_enters_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert {".env", ".data", ".git", ".venv"} <= set(ignored)
