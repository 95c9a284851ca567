"""SIGTERM arrives while cases do: the process drains and ends, and what it answered 202 is kept."""

from pathlib import Path
from threading import Event, Thread

import pytest
import requests

from tests.patience import eventually
from tests.scenarios.people import MAYA, Case
from tests.scenarios.serving import Branch, serving

CALLERS = 4
ENOUGH = 40


class Load:
    """Callers that post one case after the other until the address does not answer any more."""

    def __init__(self, branch: Branch) -> None:
        self.accepted: list[Case] = []
        self._branch = branch
        self._is_over = Event()
        self._threads = [Thread(target=self._post, args=[number]) for number in range(CALLERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _post(self, caller: int) -> None:
        number = 0
        while not self._is_over.is_set():
            try:
                case = self._branch.post(f"order-{caller}-{number}")
            except requests.RequestException:
                return
            if case is not None:
                self.accepted.append(case)
            number += 1


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
def test_it_drains_and_loses_nothing(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url: str = request.getfixturevalue(database)
    with serving(url, tmp_path) as branch:
        maya = branch.person(MAYA)
        with Load(branch) as load:
            eventually(lambda: len(load.accepted) >= ENOUGH)
            branch.served.ask_to_stop()
            assert branch.served.wait() == 0
        assert branch.served.log[-1]["event"] == "application.stopped"
        assert branch.served.log[-1]["is_drained"] is True

        branch.served.start()
        branch.settle()
        shown = [one["metadata"]["event_payload"]["case_id"] for one in maya.messages("C0PAYMENTS")]
        assert len(shown) == len(set(shown))
        assert {case.case_id for case in load.accepted} <= set(shown)
        assert all(branch.shop.read(case.case_id)["status"] == "open" for case in load.accepted)
