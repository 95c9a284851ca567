"""A running local Slack, real clients of it, and a person at its page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.sandbox import Sandbox, SandboxConfig
from tests.patience import PATIENCE
from tests.worlds.clocks import MonotonicClock

Json = dict[str, Any]


class Page:
    """Plain HTTP as the page in the browser speaks it."""

    def __init__(self, sandbox: Sandbox, user_id: str) -> None:
        self._sandbox = sandbox
        self._user_id = user_id

    def get(self, path: str, **query: Any) -> Json:
        """GET /ui/path as this person."""
        url = f"{self._sandbox.url}/ui/{path}"
        body: Json = requests.get(url, params={"as": self._user_id, **query}, timeout=PATIENCE).json()
        return body

    def post(self, path: str, **body: Any) -> Json:
        """POST /ui/path as this person."""
        url = f"{self._sandbox.url}/ui/{path}"
        answer: Json = requests.post(url, json={"as": self._user_id, **body}, timeout=PATIENCE).json()
        return answer


@pytest.fixture
def fake_time() -> MonotonicClock:
    return MonotonicClock()


@pytest.fixture
def config() -> SandboxConfig:
    return replace(SandboxConfig.default(), retry_delays=(0.0, 0.0, 0.0), ack_seconds=PATIENCE)


@pytest.fixture
def sandbox(config: SandboxConfig, fake_time: MonotonicClock) -> Iterator[Sandbox]:
    with Sandbox(config, monotonic=fake_time) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return WebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url, timeout=PATIENCE)


@pytest.fixture
def maya(sandbox: Sandbox) -> Page:
    return Page(sandbox, "U0MAYA")


@pytest.fixture
def jonas(sandbox: Sandbox) -> Page:
    return Page(sandbox, "U0JONAS")


class Heard:
    """Payloads that the app received, to wait for."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.items: list[Json] = []

    def add(self, item: Json) -> None:
        """Remember one."""
        with self._condition:
            self.items.append(item)
            self._condition.notify_all()

    def wait_for(self, count: int, timeout: float = PATIENCE) -> list[Json]:
        """The payloads once there are `count`."""
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.items) >= count, timeout), self.items
            return list(self.items)


@pytest.fixture
def heard() -> Heard:
    return Heard()
