"""What people read in a terminal: every command on a rich and on a poor installation, word by word."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, main
from bot.clock import SystemClock
from routing.routing import Disposition
from storage.cases import decisions
from storage.delivery import outbox
from storage.delivery.outbox_item import Item
from tests.commands.installation import Installation
from tests.http import reporting
from tests.http.reporting import LAST_DAY
from tests.plain_words import OUR_ID, REPORTED, SLOPPY
from tests.storage.examples import decision_of, prediction, routing, store

DAY = timedelta(days=1)
RICH = """
[services.shop]
tasks = ["fraud"]
secret_env = ["SECONDLOOK_SECRET_SHOP"]
callback_url = "https://127.0.0.1:9/decided"
proxy = "http://127.0.0.1:9"

[channels.fraud]
id = "C0FRAUD"

[tasks.fraud]
question = "Is it fraud?"
labels = ["fraud", { name = "legit", title = "Legitimate" }]
hours = { timezone = "Europe/Lisbon", days = ["mon", "tue"], start = "09:00", end = "17:00" }

[[tasks.fraud.tiers]]
name = "high"
when = "has(input.fields.amount) && input.fields.amount >= 1000 && prediction.confidence < 0.97"
channel = "fraud"
accept_above = "always_review"
due_in = "2h"
quorum = 2
adjudicators = ["U0SUE"]
escalation = [
    { after = "1h", to = "thread", repeat = "10m", times = 2 },
    { after = "2h", to = "channel", channel = "fraud" },
]

[[tasks.fraud.tiers]]
name = "held"
when = "has(slices.country) && slices.country == 'PT'"
when_unreadable = "pass"
channel = "fraud"
accept_above = { error = 0.02, confidence = 0.95 }
audit = 0.05
audit_slices = { "country=PT" = 0.5 }
novel = "review"
suspend_on = ["drift"]
due_in = "4h"

[[tasks.fraud.tiers]]
name = "ordinary"
channel = "fraud"
because = "the amount is small"
accept_above = 0.9
due_in = "8h"
expires_in = "5d"
on_expiry = "safe_label"
safe_label = "legit"

[teams.risk]
channel = "fraud"
tasks = ["fraud"]
timezone = "Europe/Lisbon"
target_error = 0.05
"""
POOR = """
[services.shop]
tasks = ["fraud"]
secret_env = ["SECONDLOOK_SECRET_SHOP"]

[channels.fraud]
id = "C0FRAUD"

[tasks.fraud]
question = "Is it fraud?"
labels = ["fraud", "legit"]

[[tasks.fraud.tiers]]
name = "all"
channel = "fraud"
accept_above = "always_review"
due_in = "4h"

[teams.risk]
channel = "fraud"
tasks = ["fraud"]
"""
COMMANDS_READ = (
    ("policy", "check", "{policy}"),
    ("policy", "status"),
    ("policy", "replay", "--policy", "{other}"),
    ("policy", "replay", "--policy", "{other}", "--as-it-was"),
    ("budget", "--minutes", "40"),
    ("budget", "--minutes", "0"),
    ("budget", "--minutes", "400", "--width", "0.05", "--by", "country"),
    ("digest", "preview"),
    ("report",),
    ("report", "nobody"),
    ("report", "--last", "3"),
    ("report", "--since", "2026-07-02", "--until", "2026-07-01"),
    ("report", "--since", "2026-07-01", "--until", "2026-07-02"),
    ("deliveries", "list"),
    ("deliveries", "retry", "nothing"),
    ("deliveries", "retry", "--all"),
    ("database", "status"),
    ("database", "upgrade"),
    ("audit", "verify"),
    ("audit", "anchor"),
    ("send", "{case}", "--url", "http://127.0.0.1:9"),
    ("doctor",),
)
STATISTICS = re.compile(r"\b(?:ECE|Brier|log loss|Naive)\b")
"""What the report may say, as the digest's last message does."""
REPORTS = ("digest", "report")
MORE = re.compile(
    r"\baudit(?:s|ed)?\b|\breview(?:ed|s)?\b|\blabels? (?:are|is)\b|\bnovel\b|\bdispositions?\b"
)
TIMES = re.compile(r"\bUTC\b|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}")
EXPRESSION = re.compile(r"&&|\|\||[!=<>]=|input\.|prediction\.|slices\.|has\(|\b0\.\d")
WRITTEN = re.compile(
    # What has to be typed or found again as it stands: code, variables, options, paths and keys of the file,
    # lines of it, the ids that a command takes, and the policy's version, which is its only name.
    r"`[^`]*`|\bSECONDLOOK_[A-Z_]+|--[a-z-]+|\S*/\S+|\S+\.(?:toml|sqlite3|env)\b|\btasks\.\S+:|"
    r"^(?:audit|accept_above|audit_slices) = .*|^#.*|\bitem_\d+|version [0-9a-f]{12}|GET \S+",
    re.MULTILINE,
)


TYPED = re.compile(r"\baudit\b|\[[^\]]*\]|\.\.\.|\d{4}-\d{2}-\d{2}(?:T[\d:]+)?")
"""In a help: a command's name, click's brackets and dots, and moments as they are typed."""


@pytest.fixture(autouse=True)
def _in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somewhere that is not at Greenwich, on a wide terminal, with nobody listening where Slack would be."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _rich(installation: Installation) -> None:
    """Weeks of traffic in all tiers, a digest that was kept, and a callback that was given up."""
    at = SystemClock().now() - 5 * DAY
    passed = replace(routing(tier="ordinary"), channel="fraud", disposition=Disposition.AUTO_ACCEPTED)
    seen = replace(routing(tier="high"), channel="fraud")
    with installation.database.write() as tx:
        store(
            tx, [prediction(number, received_at=at, confidence=0.95, routed=passed) for number in range(40)]
        )
        reviewed = [
            prediction(number, received_at=at, confidence=0.8, routed=seen) for number in range(40, 90)
        ]
        store(tx, reviewed)
        for number, looked_at in enumerate(reviewed[:40]):
            label = "legit" if number < 9 else "fraud"
            decisions.add(tx, decision_of(looked_at.case_id, label=label, at=looked_at.received_at + DAY))
        reporting.keep(tx, "risk", LAST_DAY)
        outbox.add_many(tx, [Item("item_1", "callback", "callback:1", {}, at, ordering_key="case_77")])
        (claim,) = outbox.claim(tx, ["callback"], "tester", at, DAY, 1)
        outbox.bury(tx, claim, "410 Gone: the endpoint says it is no more")


def _poor(_installation: Installation) -> None:
    """Nothing has come in yet."""


def _printed(installation: Installation, policy: str) -> Iterator[tuple[str, str]]:
    folder = installation.env_file.parent
    (folder / "policy.toml").write_text(policy)
    (folder / "other.toml").write_text(policy.replace("accept_above = 0.9", "accept_above = 0.75"))
    (folder / "case.json").write_text("{}")
    with installation.env_file.open("a") as lines:
        lines.write("SECONDLOOK_DRAW_KEY=a key for the tests' draws\nSLACK_API_URL=http://127.0.0.1:9/\n")
    files = {"policy": folder / "policy.toml", "other": folder / "other.toml", "case": folder / "case.json"}
    for command in COMMANDS_READ:
        arguments = [part.format(**files) for part in command]
        yield command[0], installation.run(*arguments).output
    wrong = folder / "policy.toml"
    for before, after in MISTAKES:
        assert before in RICH
        wrong.write_text(RICH.replace(before, after))
        yield "policy", installation.run("policy", "check", str(wrong)).output
    wrong.unlink()
    yield "report", installation.run("report").output


MISTAKES = (
    ("audit = 0.05\n", ""),
    ('accept_above = "always_review"', 'accept_above = "always_review"\naudit = 0.1'),
    ("accept_above = 0.9\n", "accept_above = 0.3\n"),
    ("quorum = 2\n", 'quorum = 3\nexperts = { people = ["U0AMA", "U0BEN"] }\n'),
    ('suspend_on = ["drift"]', 'suspend_on = ["nothing"]'),
    ("accept_above = { error = 0.02, confidence = 0.95 }\naudit = 0.05", "accept_above = 0.9"),
    ("has(input.fields.amount) && ", ""),
    ('audit_slices = { "country=PT" = 0.5 }', 'audit_slices = { "country=PT" = 0.01 }'),
)


def _wrong(command: str, text: str) -> list[tuple[str, str, str]]:
    patterns = (REPORTED, OUR_ID, TIMES, EXPRESSION, SLOPPY, MORE)
    shown = WRITTEN.sub("§", STATISTICS.sub("§", text) if command in REPORTS else text)
    if command == "policy":
        shown = re.sub(r"\btiers?\b", "§", shown)  # whoever writes the file reads its own word
    lines = [re.sub(r" {2,}", " ", line.strip(" │┃")) for line in shown.splitlines()]
    if command in REPORTS:
        lines = [re.sub(r"\b0\.\d+", "§", line) for line in lines]  # figures of the statistics
    found_in = ((pattern, line, pattern.search(line)) for line in lines for pattern in patterns)
    return [(command, match[0], line) for _, line, match in found_in if match]


@pytest.mark.parametrize(("policy", "fill"), [(RICH, _rich), (POOR, _poor)])
def test_a_terminal_says_no_word_of_the_report_no_id_no_other_zone_and_no_expression(
    installation: Installation, policy: str, fill: Callable[[Installation], None]
) -> None:
    fill(installation)
    printed = list(_printed(installation, policy))
    assert not [text for _, text in printed if "Traceback" in text or not text]
    wrong = {fault for command, text in printed for fault in _wrong(command, text)}
    assert "\n".join(map(str, sorted(wrong))) == ""


def test_help_says_none_of_them_either() -> None:
    names = [[name] for name in COMMANDS]
    wrong = []
    for arguments in [[], *names, ["policy", "replay"], ["policy", "check"], ["digest", "preview"]]:
        result = CliRunner().invoke(main, [*arguments, "--help"])
        assert result.exit_code == 0
        wrong += _wrong("help", TYPED.sub("§", result.output))
    assert "\n".join(map(str, wrong)) == ""
