"""The compose file and the env example fit each other, the image and the settings."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.env_file import read_env_file
from bot.settings import read_settings
from tests.deploy.dockerfile import of_image
from tests.places import ROOT

DEPLOY = ROOT / "deploy"
EXAMPLE = DEPLOY / "env.example"
VARIABLE = re.compile(r"\b(?:SECONDLOOK|SLACK)_[A-Z_]+\b")
yaml = pytest.importorskip("yaml")


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def read_by_settings() -> set[str]:
    return set(VARIABLE.findall((ROOT / "bot" / "settings.py").read_text()))


def test_it_builds_the_image_from_files_that_exist() -> None:
    build = compose()["services"]["bot"]["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()


def test_the_bot_waits_for_a_healthy_database() -> None:
    services = compose()["services"]
    assert services["bot"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in services["database"]["healthcheck"]["test"][1]


def test_the_data_is_on_a_volume_that_outlives_the_container() -> None:
    document = compose()
    (mount,) = document["services"]["database"]["volumes"]
    assert mount.split(":")[0] in document["volumes"]
    (kept,) = [mount for mount in document["services"]["bot"]["volumes"] if mount.endswith(":/data")]
    assert kept.split(":")[0] in document["volumes"]


def test_every_variable_it_sets_is_one_that_the_settings_read() -> None:
    assert set(compose()["services"]["bot"]["environment"]) <= read_by_settings()


def test_every_variable_it_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked == {"POSTGRES_PASSWORD"}
    assert asked <= set(read_env_file(EXAMPLE))


def test_the_example_names_every_variable_that_the_settings_read() -> None:
    assert set(VARIABLE.findall(EXAMPLE.read_text())) == read_by_settings()


def test_the_example_holds_no_secret() -> None:
    assert {name: value for name, value in read_env_file(EXAMPLE).items() if value} == {}


def test_the_settings_can_be_read_from_what_compose_gives() -> None:
    environ = {**read_env_file(EXAMPLE), **compose()["services"]["bot"]["environment"]}
    settings = read_settings(environ, env_file=None)
    mounted = compose()["services"]["bot"]["volumes"][0].split(":")[1]
    assert settings.policy_path == Path(mounted)
    assert settings.database_url.startswith("postgresql://secondlook:")


def test_the_port_is_published_on_this_machine_only() -> None:
    exposed = next(step.text for step in of_image() if step.name == "EXPOSE")
    assert compose()["services"]["bot"]["ports"] == [f"127.0.0.1:{exposed}:{exposed}"]
