"""The scenarios' policy with some of its rules changed."""

from tests.scenarios.world import POLICY


def changed(*changes: tuple[str, str], policy: str = POLICY) -> str:
    """The policy with the first text of each pair, which it holds once, replaced by the second."""
    for old, new in changes:
        assert policy.count(old) == 1, f"{policy.count(old)} × {old!r}"
        policy = policy.replace(old, new)
    return policy


def with_hours(task: str, timezone: str, days: str, start: str, end: str) -> tuple[str, str]:
    """The change that gives a task working hours; `days` as TOML, such as `["sun"]`."""
    hours = f'hours = {{ timezone = "{timezone}", days = {days}, start = "{start}", end = "{end}" }}'
    return f"[tasks.{task}]\n", f"[tasks.{task}]\n{hours}\n"
