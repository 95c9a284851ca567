"""The policy: what it means, and that everything wrong is said at once with its place and mend."""

import re
from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from routing.errors import InvalidPolicy, UnknownChannel, UnknownTask
from routing.policy import Policy, check, format_duration, load_policy, parse_duration
from routing.policy.error_words import findings
from routing.prediction import Origin
from routing.slack_channel import ChannelId
from tests.places import ROOT
from tests.routing.making import HOURS, LABELS, policy, policy_text, task, tier, tier_text

EXAMPLE = ROOT / "deploy" / "policy.example.toml"


def refusals(text: str) -> tuple[str, ...]:
    """Every error of a policy that has some."""
    with pytest.raises(InvalidPolicy) as refused:
        load_policy(text, "policy.toml")
    return refused.value.lines


def tiers(*texts: str) -> str:
    return policy_text(tiers="".join(texts))


CATCH_ALL = tier_text("rest")


def test_the_example_policy_works_and_needs_no_advice() -> None:
    example = load_policy(EXAMPLE.read_text(), EXAMPLE.name)
    assert check(example) == ()
    assert [one.name for one in example.task("returns").tiers] == ["critical", "standard"]


def test_tasks_know_their_names_and_tiers_their_risk() -> None:
    returns = task(tiers=tier_text("critical", when="\"origin == 'red_team'\"") + CATCH_ALL)
    assert returns.name == "returns"
    assert returns.label_names == ("fraud", "honest", "unclear")
    assert [(one.name, one.risk) for one in returns.tiers] == [("critical", 0), ("rest", 1)]


def test_names_that_are_not_there_are_refused_by_name() -> None:
    with pytest.raises(UnknownTask, match="invoices: the policy knows returns"):
        policy().task("invoices")
    with pytest.raises(UnknownChannel, match="nowhere: the policy knows desk, leads"):
        policy().channel_id("nowhere")


def test_a_tier_that_left_the_policy_is_treated_as_the_riskiest() -> None:
    returns = task(tiers=tier_text("critical", when="\"origin == 'red_team'\"") + CATCH_ALL)
    assert returns.tier("rest").name == "rest"
    assert returns.tier("gone").name == "critical"


def test_people_read_titles_and_old_names() -> None:
    titled = task(labels=policy_labels(title='title = "Theft"'))
    assert (titled.title("fraud"), titled.title("honest"), titled.title("gone")) == (
        "Theft",
        "honest",
        "gone",
    )


def policy_labels(title: str = "", names: tuple[str, ...] = ("fraud", "honest", "unclear")) -> str:
    rows = [
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "Text."\nexample = "Such."\n'
        for name in names
    ]
    return rows[0] + title + "\n" + "".join(rows[1:])


def test_the_version_does_not_depend_on_the_order_of_keys_or_on_written_defaults() -> None:
    shuffled = tier_text(due_in='"240m"', accept_above="0.90", channel='"desk"', audit="0.0", when='"true"')
    reordered = policy_text(tiers=shuffled, head='undo_for = "600s"')
    assert load_policy(reordered, "a").version == policy().version
    assert re.fullmatch("[0-9a-f]{12}", policy().version)


@pytest.mark.parametrize(
    "other",
    [
        {"tiers": tier_text(audit="0.1")},
        {"head": 'undo_for = "11m"'},
        {"services": '[services.shop]\ntasks = ["returns"]\nsecret_env = ["OTHER"]\n'},
        {"labels": policy_labels(names=("honest", "fraud", "unclear"))},
    ],
)
def test_the_version_changes_with_the_content(other: dict[str, str]) -> None:
    assert policy(**other).version != policy().version


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("4h", timedelta(hours=4)),
        (" 2d ", timedelta(days=2)),
        ("1w", timedelta(weeks=1)),
        ("2 d", timedelta(days=2)),
        ("1d12h", timedelta(hours=36)),
        ("1h  30m", timedelta(minutes=90)),
        ("1w 2d 3h 4m 5s", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
        ("PT90M", timedelta(minutes=90)),
        ("P1DT12H", timedelta(hours=36)),
        ("P2W", timedelta(weeks=2)),
    ],
)
def test_durations_are_numbers_with_units_or_as_in_iso_8601(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span
    assert parse_duration(format_duration(span)) == span


def test_a_duration_may_be_a_value_already() -> None:
    assert parse_duration(timedelta(hours=4)) == timedelta(hours=4)


WRONG_DURATIONS = [
    *("", "4", "h", "1.5h", "-1h", "1h30", "30m1h", "1h1h", "soon", "0s", "367d", "1y", "1\u0661m"),
    *("999999999w", "P", "PT", "P1M", "P1Y", "PT0S", "1d" + " " * 10_000 + "x", 4, None, True),
]


@pytest.mark.parametrize("wrong", WRONG_DURATIONS)
def test_other_durations_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(wrong)


def test_with_working_hours_days_and_weeks_are_working_ones() -> None:
    steps = '[{ after = "1d", to = "thread", repeat = "1w", times = 2 }]'
    hours = '[tasks.returns.hours]\ndays = ["mon", "tue", "wed"]\nstart = "08:00"\nend = "16:00"\n'
    only = task(hours=hours, tiers=tier_text(due_in='"2d"', escalation=steps)).tiers[0]
    assert only.due_in == timedelta(hours=16)
    assert only.escalation[0].after == timedelta(hours=8)
    assert only.escalation[0].repeat == timedelta(hours=24)


def test_a_working_day_is_as_long_as_its_spans_and_nights() -> None:
    hours = "[tasks.returns.hours]\n"
    spans = f'{hours}spans = [{{ start = "09:00", end = "12:30" }}, {{ start = "13:30", end = "18:00" }}]\n'
    night = f'{hours}start = "22:00"\nend = "06:00"\ndays_off = [2026-12-24, "2026-12-31"]\n'
    for text, day in ((spans, 8), (night, 8), (f'{hours}start = "18:00"\nend = "00:00"\n', 6)):
        assert task(hours=text, tiers=tier_text(due_in='"1d"')).tiers[0].due_in == timedelta(hours=day)


def test_without_working_hours_a_day_is_a_day() -> None:
    assert tier(due_in='"2d"').due_in == timedelta(days=2)


def test_naming_people_closes_the_channel_unless_it_is_named_too() -> None:
    assert tier().experts.sources(ChannelId("", "C1")) == ("channel:C1",)
    assert tier(experts='{ people = ["U0AMA"] }').experts.sources(ChannelId("", "C1")) == ()
    assert tier(experts='{ user_group = "S0DESK" }').experts.sources(ChannelId("", "C1")) == ("group:S0DESK",)
    both = tier(experts='{ channel_members = true, people = ["U0AMA"] }').experts
    assert (both.sources(ChannelId("", "C1")), both.people) == (("channel:C1",), ("U0AMA",))


KEY = "policy.toml: tasks.returns"
ONE_ERROR = [
    ("[", "policy.toml: end of the file: Invalid initial character for a key part; mend the TOML"),
    ("a = 1\nb = \n", "policy.toml: line 2: Invalid value; mend the TOML"),
    (
        policy_text(head='undo = "1m"'),
        "policy.toml: undo: this key is not known; did you mean 'undo_for'?",
    ),
    (
        tiers(tier_text(accept_abov="0.9", accept_above="0.8")),
        f"{KEY}.tiers.standard.accept_abov: this key is not known; did you mean 'accept_above'?",
    ),
    (
        policy_text(tiers='[[tasks.returns.tiers]]\nname = "x"\nchannel = "desk"\naccept_above = 0.9\n'),
        f"{KEY}.tiers.x.due_in: is missing; add `due_in = …`",
    ),
    (
        tiers(tier_text(due_in='"soon"')),
        f"{KEY}.tiers.standard.due_in: 'soon' is not a duration; write a number and a unit",
    ),
    (
        tiers(tier_text(accept_above='"sometimes"')),
        f"{KEY}.tiers.standard.accept_above: 'sometimes' is no threshold; give a number such as 0.9",
    ),
    (
        tiers(tier_text(accept_above="true")),
        f"{KEY}.tiers.standard.accept_above: True is no threshold; give a number",
    ),
    (
        tiers(tier_text(accept_above="nan")),
        f"{KEY}.tiers.standard.accept_above: is not a finite number; write a number",
    ),
    (
        tiers(tier_text(accept_above="0.2")),
        f"{KEY}.tiers.standard.accept_above: 0.2 decides nothing; use more than 1/3",
    ),
    (tiers(tier_text(accept_above="1.1")), f"{KEY}.tiers.standard.accept_above: 1.1 decides nothing; use"),
    (
        tiers(tier_text(audit="1.5")),
        f"{KEY}.tiers.standard.audit: is outside of its limits; give at most 1.0",
    ),
    (
        tiers(tier_text(audit="-0.5")),
        f"{KEY}.tiers.standard.audit: is outside of its limits; give at least 0.0",
    ),
    (
        tiers(tier_text(accept_above='"always_review"', audit="0.5")),
        f"{KEY}.tiers.standard.audit: nothing goes through by itself that could be checked; remove `audit`",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.02, confidence = 0.95 }")),
        f"{KEY}.tiers.standard.audit: a limit is held by looking at a share of what goes through; set",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.5, confidence = 0.95 }", audit="0.1")),
        f"{KEY}.tiers.standard.accept_above.error: is outside of its limits; give less than 0.5",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.0, confidence = 0.95 }", audit="0.1")),
        f"{KEY}.tiers.standard.accept_above.error: is outside of its limits; give more than 0.0",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.02, confidence = 1.0 }", audit="0.1")),
        f"{KEY}.tiers.standard.accept_above.confidence: is outside of its limits; give less than 1.0",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.02, confidence = 0.4 }", audit="0.1")),
        f"{KEY}.tiers.standard.accept_above.confidence: is outside of its limits; give at least 0.5",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.02 }", audit="0.1")),
        f"{KEY}.tiers.standard.accept_above.confidence: is missing; add `confidence = …`",
    ),
    (
        tiers(tier_text(accept_above="{ error = 0.02, confidence = 0.95, errors = 1 }", audit="0.1")),
        f"{KEY}.tiers.standard.accept_above.errors: this key is not known; did you mean 'error'?",
    ),
    (
        tiers(tier_text(suspend_on='["drift"]')),
        f"{KEY}.tiers.standard: `suspend_on` does nothing where no limit is held; remove it or write",
    ),
    (
        tiers(tier_text(max_silence="0.1")),
        f"{KEY}.tiers.standard: `max_silence` does nothing where no limit is held; remove it or write",
    ),
    (
        tiers(tier_text(ask_again="true")),
        f"{KEY}.tiers.standard: `ask_again` does nothing where nothing is audited; remove it or add",
    ),
    (
        tiers(tier_text(ask_for='"1h"')),
        f"{KEY}.tiers.standard: `ask_for` does nothing without second opinions; remove it or add",
    ),
    (
        tiers(tier_text(suspend_on='["rain"]')),
        f"{KEY}.tiers.standard.suspend_on[0]: 'rain' is not possible here; use 'new_model', 'changed_labels'",
    ),
    (
        tiers(tier_text(novel='"accept"')),
        f"{KEY}.tiers.standard.novel: 'accept' is not possible here; use 'review' or 'note'",
    ),
    (tiers(tier_text(quorum='"2"')), f"{KEY}.tiers.standard.quorum: is not a whole number; write a number"),
    (tiers(tier_text(quorum="0")), f"{KEY}.tiers.standard.quorum: is outside of its limits; give at least 1"),
    (
        tiers(tier_text(channel='"desc"')),
        f"{KEY}.tiers.standard.channel: there is no channel 'desc'; did you mean 'desk'?",
    ),
    (
        tiers(tier_text(channel='"zzz"')),
        f"{KEY}.tiers.standard.channel: there is no channel 'zzz'; use one of 'desk', 'leads'",
    ),
    (
        tiers(tier_text(on_expiry='"safe_label"', expires_in='"1d"')),
        f'{KEY}.tiers.standard: `on_expiry = "safe_label"` and `safe_label` need each other; give both',
    ),
    (
        tiers(tier_text(on_expiry='"safe_label"', safe_label='"frod"', expires_in='"1d"')),
        f"{KEY}.tiers.standard.safe_label: there is no label 'frod'; did you mean 'fraud'?",
    ),
    (
        tiers(tier_text(on_expiry='"close"')),
        f"{KEY}.tiers.standard: `expires_in` and an `on_expiry` other than keep_open need each other",
    ),
    (
        tiers(tier_text(on_expiry='"never"')),
        f"{KEY}.tiers.standard.on_expiry: 'never' is not possible here; use 'keep_open', 'close',",
    ),
    (
        tiers(tier_text(when="\"origin == 'red_team'\"")),
        f"{KEY}.tiers.standard.when: the last tier does not take every prediction; remove `when`",
    ),
    (
        tiers(tier_text("first"), CATCH_ALL),
        f"{KEY}.tiers.first.when: no tier after this one is ever reached; give it a condition",
    ),
    (
        tiers(tier_text("Rest", when="\"origin == 'red_team'\""), CATCH_ALL),
        f"{KEY}.tiers: the tier 'rest' stands there 2 times; keep one",
    ),
    (
        tiers(tier_text("first", when='"prediction.label = 1"'), CATCH_ALL),
        f"{KEY}.tiers.first.when: character 18: ",
    ),
    (
        tiers(tier_text(escalation='[{ after = "1h", to = "people" }]')),
        f'{KEY}.tiers.standard.escalation[0]: `to = "people"` names nobody; add `people',
    ),
    (
        tiers(tier_text(escalation='[{ after = "1h", to = "channel" }]')),
        f'{KEY}.tiers.standard.escalation[0]: `to = "channel"` names no channel; add `channel',
    ),
    (
        tiers(tier_text(escalation='[{ after = "1h", to = "thread", channel = "desk" }]')),
        f"{KEY}.tiers.standard.escalation[0]: a channel is named but not used; set",
    ),
    (
        tiers(tier_text(escalation='[{ after = "1h", to = "channel", channel = "desc" }]')),
        f"{KEY}.tiers.standard.escalation[0].channel: there is no channel 'desc'; did you mean 'desk'?",
    ),
    (
        tiers(tier_text(escalation='[{ after = "1h", to = "thread", times = 2 }]')),
        f"{KEY}.tiers.standard.escalation[0]: `times` needs a distance; add `repeat",
    ),
    (
        tiers(tier_text(escalation='[{ after = "1h", to = "thread", repeat = "1h" }]')),
        f"{KEY}.tiers.standard.escalation[0]: `repeat` does nothing without `times`; add",
    ),
    (
        tiers(tier_text(escalation='[{ after = "2h", to = "thread" }, { after = "1h", to = "thread" }]')),
        f"{KEY}.tiers.standard.escalation[1].after: it is sooner than the step before; put the steps",
    ),
    (
        tiers(
            tier_text(escalation='[{ after = "2h", to = "thread" }]', on_expiry='"close"', expires_in='"2h"')
        ),
        f"{KEY}.tiers.standard.escalation[0].after: the case has expired by then; make it sooner",
    ),
    (
        tiers(tier_text(quorum="3", experts='{ people = ["U0AMA", "U0BEN"] }')),
        f"{KEY}.tiers.standard.quorum: 3 answers are needed from 2 named people; name more people",
    ),
    (
        tiers(tier_text(quorum="2", experts='{ people = ["U0AMA", "U0BEN"] }')),
        f"{KEY}.tiers.standard.quorum: a disagreement could never be settled: nobody is left to ask; name",
    ),
    (
        tiers(
            tier_text(certainty="0.9", answers_at_most="3", experts='{ people = ["U0AMA", "U0BEN"] }'),
        ),
        f"{KEY}.tiers.standard.answers_at_most: up to 3 answers are asked of 2 named people",
    ),
    (
        policy_text(
            labels="rating = { lowest = 1, highest = 5 }\n",
            tiers=tier_text(certainty="0.9", answers_at_most="3"),
        ),
        f"{KEY}.tiers.standard.certainty: only the answers to a choice among at most 20 labels are weighed",
    ),
    (
        policy_text(hours='pause = "do"\n'),
        f"{KEY}: `pause` does nothing without `pause_below`; remove it or add `pause_below = 0.6`",
    ),
    (
        policy_text(labels="rating = { lowest = 1, highest = 5 }\n", hours="pause_below = 0.6\n"),
        f"{KEY}: on a scale no answer is simply wrong; remove `pause_below`",
    ),
    (
        tiers(tier_text(certainty="0.9")),
        f"{KEY}.tiers.standard: `certainty` and `answers_at_most` need each other; give both or neither",
    ),
    (
        tiers(tier_text(experts="{ channel_members = false }")),
        f"{KEY}.tiers.standard.experts: nobody may answer; name people",
    ),
    (
        tiers(tier_text(experts='{ people = ["ama"] }')),
        f"{KEY}.tiers.standard.experts.people[0]: 'ama' does not have the right form; copy the member id",
    ),
    (policy_text(tiers=CATCH_ALL + 'experts = "all"\n'), f"{KEY}.tiers.rest.experts: is not a table; write"),
    (
        policy_text(tiers=CATCH_ALL + 'adjudicators = "U0AMA"\n'),
        f"{KEY}.tiers.rest.adjudicators: is not a list",
    ),
    (
        policy_text(
            tiers="tiers = []\n",
            labels="",
            task='[tasks.returns]\nquestion = "Why?"\n'
            "labels = [{ name = 'a', description = 'b', example = 'c' }, "
            "{ name = 'd', description = 'e', example = 'f' }]\n",
        ),
        f"{KEY}.tiers: is outside of its limits; give at least 1",
    ),
    (
        policy_text(labels=policy_labels(names=("fraud",))),
        f"{KEY}.labels: is outside of its limits; give at least 2",
    ),
    (
        policy_text(labels=policy_labels(names=("fraud", "Fraud"))),
        f"{KEY}.labels: the label 'fraud' stands there 2 times; keep one",
    ),
    (
        policy_text(labels=policy_labels('title = "Honest"')),
        f"{KEY}.labels: the label 'honest' stands there 2 times; keep one",
    ),
    (
        policy_text(labels=policy_labels(names=("fraud", "a" * 201))),
        f"{KEY}.labels.{'a' * 201}.name: 201 characters are too many; at most 200",
    ),
    (
        policy_text(labels=policy_labels(names=("fraud", "a\\tb"))),
        f"{KEY}.labels.a\tb.name: the text holds a line break or a control character; write",
    ),
    (
        policy_text(labels=policy_labels(names=("fraud", ""))),
        f"{KEY}.labels..name: the text is empty or has blanks at its ends; trim it",
    ),
    (
        policy_text(task='[tasks.returns]\nquestion = "Why?"\nname = "parcels"\n'),
        f"{KEY}.name: a task is named by its section; remove `name`",
    ),
    (
        policy_text(task='[tasks.returns]\nquestion = "' + "a" * 301 + '"\n'),
        f"{KEY}.question: 301 characters are too many for Slack; at most 300",
    ),
    (policy_text(task="[tasks.returns]\nquestion = 5\n"), f"{KEY}.question: is not text; write it in quotes"),
    (
        policy_text(task='[tasks.returns]\nquestion = "Why?"\nreason_codes = ["a", "A"]\n'),
        f"{KEY}.reason_codes: the reason code 'a' stands there 2 times; keep one",
    ),
    (
        policy_text(task='[tasks.returns]\nquestion = "Why?"\nguideline = "wiki"\n'),
        f"{KEY}.guideline: 'wiki' is no web address; write it in full",
    ),
    (
        policy_text(task='[tasks.returns]\nquestion = "Why?"\nguideline = "http://[x"\n'),
        f"{KEY}.guideline: 'http://[x' is no web address; write it in full",
    ),
    (
        policy_text(task='[tasks.returns]\nquestion = "Why?"\nrationale = "sometimes"\n'),
        f"{KEY}.rationale: 'sometimes' is not possible here; use 'never', 'on_override' or 'always'",
    ),
    (
        policy_text(services='[services.shop]\ntasks = ["returns"]\nallow_private_callbacks = true\n'),
        "policy.toml: services.shop.allow_private_callbacks: this key is not known; "
        "it belongs at the top of the file, above the first [section]: `allow_private_callbacks = …`",
    ),
    *(
        (
            policy_text(
                services='[services.shop]\ntasks = ["returns"]\nsecret_env = ["S"]\n'
                f"callback_url = '{address}'\n"
            ),
            f"policy.toml: services.shop.callback_url: {words}",
        )
        for address, words in (
            ("https://user:hush@shop.example/x", "a web address must not carry a user name or password"),
            ("https://@shop.example/x", "a web address must not carry a user name or password"),
            ("https://shop.example:0/x", "'https://shop.example:0/x' is no web address"),
            ("https://shop.example:99999/x", "'https://shop.example:99999/x' is no web address"),
            ("https://shop.example/<x>", "'https://shop.example/<x>' is no web address"),
            ("https://shop.example/a|b", "'https://shop.example/a|b' is no web address"),
        )
    ),
    *(
        (
            policy_text(services=f'[services.shop]\ntasks = ["returns"]\nsecret_env = ["S"]\n{line}\n'),
            f"policy.toml: services.shop.{words}",
        )
        for line, words in (
            (
                'proxy = "https://proxy.example:3128"',
                "proxy: 'https://proxy.example:3128' is no address of a",
            ),
            ('proxy = "http://proxy.example/path"', "proxy: 'http://proxy.example/path' is no address of a"),
            ('ca_file = "ca.pem"', "ca_file: 'ca.pem' is not the whole path; write it in full"),
        )
    ),
    (
        policy_text(tiers=tier_text(callback_url='"https://example.com"')),
        f"{KEY}.tiers.standard.callback_url: this key is not known; it belongs to a service: [services.…]",
    ),
    (
        policy_text(task='[tasks.returns]\nquestion = "Is it?"\nquorum = 2\n'),
        f"{KEY}.quorum: this key is not known; it belongs to a tier: [[tasks.….tiers]]",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\ntimezone = "Berlin"\n'),
        f"{KEY}.hours.timezone: 'Berlin' is no time zone; use a name such as Europe/Berlin",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nstart = "09:00"\nend = "09:30"\n'),
        f"{KEY}.hours: the day has to last at least an hour; give it more time",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nstart = "09:00"\nend = "09:00"\n'),
        f"{KEY}.hours: it ends when it begins; for day and night write",
    ),
    (
        policy_text(
            hours='[tasks.returns.hours]\nstart = "09:00"\nspans = [{ start = "9:00", end = "9" }]\n'
        ),
        f"{KEY}.hours.spans[0].end: '9' does not have the right form; write a time of day",
    ),
    (
        policy_text(
            hours='[tasks.returns.hours]\nstart = "09:00"\nspans = [{ start = "09:00", end = "10:00" }]\n'
        ),
        f"{KEY}.hours: `spans` takes the place of `start` and `end`; keep one of the two",
    ),
    (
        policy_text(
            hours="[tasks.returns.hours]\n"
            'spans = [{ start = "09:00", end = "12:00" }, { start = "22:00", end = "09:30" }]\n'
        ),
        f"{KEY}.hours: two spans are at the same time; put them in order, each after the one before",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\ndays_off = ["24.12.2026"]\n'),
        f"{KEY}.hours.days_off[0]: '24.12.2026' is no day; write it as year, month and day: 2026-12-24",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nholidays = { country = "GERMANY" }\n'),
        f"{KEY}.hours.holidays.country: is outside of its limits",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nholidays = { country = "XX" }\n'),
        f"{KEY}.hours.holidays: no public holidays are listed for a country 'XX'; use one of",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nholidays = { country = "DE", region = "B" }\n'),
        f"{KEY}.hours.holidays: DE has no region 'B'; did you mean",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nholidays = { land = "DE" }\n'),
        f"{KEY}.hours.holidays.land: this key is not known; use one of",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\nstart = "9"\n'),
        f"{KEY}.hours.start: '9' does not have the right form; write a time of day",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\ndays = ["mon", "mon"]\n'),
        f"{KEY}.hours: a day is named twice; name each once",
    ),
    (
        policy_text(hours='[tasks.returns.hours]\ndays = ["monday"]\n'),
        f"{KEY}.hours.days[0]: 'monday' is not possible here; use 'mon', 'tue'",
    ),
    (
        policy_text(channels='[channels.desk]\nid = "#desk"\n'),
        "policy.toml: channels.desk.id: '#desk' does not have the right form; copy the id",
    ),
    (
        policy_text(channels='[channels.desk]\nid = "T1/C0000000001"\n'),
        "policy.toml: channels.desk.id: 'T1/C0000000001' names a workspace, and a policy is for the "
        "workspace of its own bot; write the channel's id alone, such as C0000000001",
    ),
    (
        policy_text(channels="[channels.desk]\nid = 7\n"),
        "policy.toml: channels.desk.id: is not text; write it in quotes",
    ),
    (
        policy_text(services='[services.shop]\ntasks = ["invoices"]\nsecret_env = ["S"]\n'),
        "policy.toml: services.shop.tasks: there is no task 'invoices'; use one of 'returns'",
    ),
    (
        policy_text(services='[services.shop]\ntasks = ["returns"]\n'),
        "policy.toml: services.shop: it has no secret; add `secret_env",
    ),
    (
        policy_text(services='[services.shop]\ntasks = ["returns"]\nsecret_env = ["lower"]\n'),
        "policy.toml: services.shop.secret_env[0]: 'lower' does not have the right form; name an environment",
    ),
    (
        policy_text(
            services='[services.shop]\ntasks = ["returns"]\nbearer_env = ["K"]\ncallback_url = "https://a.b"\n'
        ),
        "policy.toml: services.shop.callback_url: callbacks cannot be signed; add `secret_env`",
    ),
    (
        policy_text(
            services='[services.shop]\ntasks = ["returns"]\nsecret_env = ["K"]\ncallback_url = "http://a.b"\n'
        ),
        "policy.toml: services.shop.callback_url: the address is not encrypted; use https",
    ),
    (
        policy_text(head="services = {}", services=""),
        "policy.toml: services: is outside of its limits; give at least 1",
    ),
    (
        policy_text(teams='[teams.desk]\nchannel = "desc"\ntasks = ["return"]\n'),
        "policy.toml: teams.desk.channel: there is no channel 'desc'; did you mean 'desk'?",
    ),
    (
        policy_text(teams='[teams.desk]\nchannel = "desk"\ntasks = ["return"]\n'),
        "policy.toml: teams.desk.tasks: there is no task 'return'; did you mean 'returns'?",
    ),
    (
        policy_text(teams='[teams.desk]\nchannel = "desk"\ntasks = ["returns"]\ndigest_at = "25:00"\n'),
        "policy.toml: teams.desk.digest_at: '25:00' does not have the right form; write a time of day",
    ),
    (
        policy_text(teams='["teams"."the desk"]\nchannel = "desk"\ntasks = ["returns"]\n'),
        "policy.toml: teams.the desk: 'the desk' does not have the right form; use up to 64",
    ),
    (
        policy_text(channels=""),
        f"{KEY}.tiers.standard.channel: there is no channel 'desk'; there is no channel yet, add one",
    ),
    (policy_text(head='name = ["a"]'), "policy.toml: name: is not text; write it in quotes"),
    (
        policy_text(head="allow_private_callbacks = 5"),
        "policy.toml: allow_private_callbacks: is neither true",
    ),
]


@pytest.mark.parametrize(("text", "line"), ONE_ERROR, ids=lambda value: str(value)[-40:])
def test_what_cannot_work_is_refused_with_its_place_and_mend(text: str, line: str) -> None:
    found = refusals(text)
    assert any(one.startswith(line) for one in found), found
    assert all(re.match(r"policy\.toml: .+: .+; .+", one, re.S) for one in found), found


def test_every_error_is_said_at_once() -> None:
    text = policy_text(
        head='undo_for = "soon"',
        services='[services.shop]\ntasks = ["invoices"]\nsecret_env = ["S"]\n',
        teams='[teams.desk]\nchannel = "desc"\ntasks = ["returns"]\n',
        hours='[tasks.returns.hours]\ntimezone = "Berlin"\n',
        tiers=tier_text("first", when="\"prediction.label == 'frod'\"") + tier_text("rest", channel='"x"'),
    )
    keys = [line.split(": ")[1] for line in refusals(text)]
    assert keys == [
        "undo_for",
        "tasks.returns.hours.timezone",
        "services.shop.tasks",
        "teams.desk.channel",
        "tasks.returns.tiers.first.when",
        "tasks.returns.tiers.rest.channel",
    ]


def test_every_error_is_known_by_its_key_besides_its_line() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        load_policy(tiers(CATCH_ALL.replace('due_in = "4h"', 'due_in = "soon"')), "policy.toml")
    found = refused.value.findings
    assert any(finding.key.endswith(".tiers.rest.due_in") for finding in found)
    assert tuple(finding.line("policy.toml") for finding in found) == refused.value.lines


def test_an_empty_policy_says_what_is_missing() -> None:
    assert [line.split(": ", 1)[1] for line in refusals("")] == [
        "services: is missing; add `services = …`",
        "channels: is missing; add `channels = …`",
        "tasks: is missing; add `tasks = …`",
    ]


@pytest.mark.parametrize(
    "shape",
    [
        "tasks = 5",
        "[tasks]\nreturns = 5",
        "[tasks.returns]\ntiers = 5\nlabels = 5",
        "[tasks.returns]\ntiers = [5]\nlabels = [5]",
        "[tasks.returns]\nhours = 5",
        "[tasks.returns]\ntiers = [5]\n[tasks.returns.hours]\n",
        "[tasks.returns]\ntiers = 5\n[tasks.returns.hours]\n",
        "[tasks.returns]\ntiers = [{ escalation = [5] }]\n[tasks.returns.hours]\n",
    ],
)
def test_a_policy_of_the_wrong_shape_is_refused_with_words(shape: str) -> None:
    assert all(re.match(r"policy\.toml: .+: .+; .+", one) for one in refusals(shape))


def test_private_callbacks_may_be_plain_if_the_policy_allows_them() -> None:
    plain = '[services.shop]\ntasks = ["returns"]\nsecret_env = ["K"]\ncallback_url = "http://a.b"\n'
    allowed = policy(services=plain, head="allow_private_callbacks = true")
    assert allowed.services["shop"].callback_url == "http://a.b"


def test_an_odd_number_of_people_with_two_labels_always_settles() -> None:
    three = tier_text(quorum="3", experts='{ people = ["U0AMA", "U0BEN", "U0EVA"] }')
    assert policy(tiers=three, labels=policy_labels(names=("fraud", "honest"))).task("returns").tiers


def test_many_names_are_cut_in_a_mend() -> None:
    many = "".join(f'[channels.c{n}]\nid = "C00000000{n:02}"\n' for n in range(12))
    found = refusals(policy_text(channels=many, tiers=tier_text(channel='"nowhere"')))
    assert found[0].endswith("'c8', 'c9', …")


def test_an_error_of_an_unknown_kind_keeps_its_words() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(date).validate_python("soon")
    (found,) = findings(refused.value, "soon")
    assert found.key == "policy"
    assert found.problem.startswith("Input should be a valid date")


def test_advice_names_what_its_author_may_not_have_meant() -> None:
    lonely = policy(
        labels=policy_labels(),
        services='[services.shop]\ntasks = ["returns"]\nsecret_env = ["S"]\n',
    )
    lines = [finding.line("policy.toml") for finding in check(lonely)]
    assert lines == [
        "policy.toml: tasks.returns: no team gets its digest; add it to a team's `tasks`",
        f"{KEY}.tiers.standard.audit: what goes through by itself is never looked at, "
        "so errors there stay unseen; set `audit = 0.05` or so",
    ]


def test_advice_names_a_task_that_nobody_may_post() -> None:
    other = policy_text().replace("tasks.returns", "tasks.other").replace("[services", "\n[services")
    text = policy_text() + "\n" + other[other.index("[tasks.other]") :]
    keys = [
        finding.key for finding in check(load_policy(text, "policy.toml")) if "service" in finding.problem
    ]
    assert keys == ["tasks.other"]


def test_a_policy_can_be_made_from_values() -> None:
    original = policy(hours=HOURS)
    assert Policy.model_validate(original.model_dump()) == original
    assert len(LABELS) == len(original.task("returns").labels)


AFTER_EXPIRY = tier_text(
    escalation='[{ after = "9h", to = "thread" }]', expires_in='"1d"', on_expiry='"close"', due_in='"8h"'
)
IN_TIME = tier_text(
    escalation='[{ after = "8h", to = "thread" }]', expires_in='"1d"', on_expiry='"close"', due_in='"8h"'
)
UNREAD = 'undo_for = "soon"\n'
"""Above the sections: then the rest of the policy is checked part by part."""


@pytest.mark.parametrize(
    ("tier_of_task", "hours", "is_refused"),
    [(AFTER_EXPIRY, HOURS, True), (IN_TIME, HOURS, False), (AFTER_EXPIRY, "", False)],
)
@pytest.mark.parametrize("first", ["", UNREAD])
def test_times_are_compared_in_working_time_also_where_something_else_is_wrong(
    tier_of_task: str, hours: str, is_refused: bool, first: str
) -> None:
    """A working day of nine hours is over after nine hours of work."""
    text = first + policy_text(tiers=tier_of_task, hours=hours)
    if not first and not is_refused:
        assert load_policy(text, "policy.toml")
        return
    has_finding = any("the case has expired by then" in line for line in refusals(text))
    assert has_finding is is_refused


def test_times_are_not_compared_where_the_hours_cannot_be_read() -> None:
    wrong_hours = HOURS.replace('"18:00"', '"late"')
    lines = refusals(policy_text(tiers=AFTER_EXPIRY, hours=wrong_hours))
    assert not any("expired" in line for line in lines)


PROMISE = "{ error = 0.02, confidence = 0.95 }"


def test_a_tier_may_promise_instead_of_naming_a_threshold() -> None:
    promised = tier(accept_above=PROMISE, audit="0.05").certified
    assert promised is not None
    assert (promised.error, promised.confidence) == (0.02, 0.95)
    assert promised.promise.words == "at most 2 % error with 95 % confidence"
    assert tier().certified is None
    assert tier(accept_above='"always_review"').certified is None


def test_a_wrong_promise_is_refused_once() -> None:
    found = refusals(tiers(tier_text(accept_above="{ error = 2, confidence = 0.95 }", audit="0.05")))
    assert [line for line in found if "accept_above" in line] == [
        f"{KEY}.tiers.standard.accept_above.error: is outside of its limits; give less than 0.5"
    ]


def test_audits_of_slices_are_shares_of_slices() -> None:
    wrong = tier_text(audit="0.05", audit_slices='{ "country" = 0.1 }')
    assert any(
        "'country' is no slice; write its name and its value" in line for line in refusals(tiers(wrong))
    )
    beyond = tier_text(audit="0.05", audit_slices='{ "country=PT" = 1.5 }')
    (found,) = (line for line in refusals(tiers(beyond)) if "audit_slices" in line)
    assert found.startswith(f"{KEY}.tiers.standard.audit_slices.country=PT: is outside of its limits")


def test_where_nothing_is_accepted_no_slice_can_be_audited() -> None:
    never = tier_text(accept_above='"always_review"', audit_slices='{ "country=PT" = 0.1 }')
    assert (
        f"{KEY}.tiers.standard.audit_slices: nothing goes through by itself that could be checked; "
        "remove `audit_slices`"
    ) in refusals(tiers(never))


SLICED = '{ error = 0.02, confidence = 0.95, slices = ["country=PT", "country=ES"] }'


def test_a_promise_names_the_slices_that_may_have_thresholds_of_their_own() -> None:
    promised = tier(accept_above=SLICED, audit="0.05").certified
    assert promised is not None
    words = ["country=ES", "country=PT", "country other than ES, PT"]
    assert [cell.words for cell in promised.cells] == words
    found = (promised.cell_of(slices) for slices in ({"country": "PT"}, {"country": "DE"}, {}))
    assert [cell.words for cell in found if cell] == [words[1], words[2], words[2]]


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        ('["country"]', "'country' is no slice; write its name and its value, such as \"country=PT\""),
        ('["a=1", "b=1"]', "slices of a and b would overlap; take those of one name"),
        ('["a=1", "a=1"]', "a slice is named twice; remove one"),
    ],
)
def test_slices_that_would_not_divide_the_traffic_are_refused_with_a_mend(slices: str, said: str) -> None:
    promise = SLICED.replace('["country=PT", "country=ES"]', slices)
    found = refusals(tiers(tier_text(accept_above=promise, audit="0.05")))
    assert f"{KEY}.tiers.standard.accept_above: {said}" in found


def test_named_slices_change_the_version_and_survive_being_written_down() -> None:
    plain, sliced = (policy(tiers=tier_text(accept_above=one, audit="0.05")) for one in (PROMISE, SLICED))
    assert plain.version != sliced.version
    assert Policy.model_validate(sliced.model_dump()) == sliced


def test_a_promise_changes_the_version_and_survives_being_written_down() -> None:
    one, other = (
        policy(tiers=tier_text(accept_above=f"{{ error = {error}, confidence = 0.95 }}", audit="0.05"))
        for error in (0.02, 0.03)
    )
    assert one.version != other.version
    assert Policy.model_validate(one.model_dump()) == one


def test_advice_says_that_a_new_model_ends_a_promise_in_any_case() -> None:
    careless = policy(tiers=tier_text(accept_above=PROMISE, audit="0.05", suspend_on='["drift"]'))
    lines = [finding.line("policy.toml") for finding in check(careless) if "suspend_on" in finding.key]
    assert lines == [
        f'{KEY}.tiers.standard.suspend_on: "new_model" and "changed_labels" end a limit in any case: '
        "it was shown for one model and one set of labels; name them too, "
        "so that the policy says what happens"
    ]


def test_the_digest_of_labels_is_that_of_the_set_of_their_names() -> None:
    names = tuple(name for name, _ in LABELS)
    known = task(labels=policy_labels(names=names)).labels_digest
    assert re.fullmatch("[0-9a-f]{12}", known)
    assert task(labels=policy_labels(names=names[::-1])).labels_digest == known
    assert task(labels=policy_labels(names=names[:-1])).labels_digest != known


def test_a_tier_says_what_an_error_costs_and_how_long_a_label_takes() -> None:
    costly = tier(error_cost="250", minutes_per_label="1.5")
    assert (costly.error_cost, costly.minutes_per_label) == (250.0, 1.5)
    assert (tier().error_cost, tier().minutes_per_label) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("field", "value"), [("error_cost", "-1"), ("minutes_per_label", "0"), ("minutes_per_label", "481")]
)
def test_costs_below_nothing_and_labels_that_take_no_time_are_refused(field: str, value: str) -> None:
    lines = refusals(tiers(tier_text(**{field: value})))
    assert any(line.startswith(f"{KEY}.tiers.standard.{field}: ") for line in lines)


def test_a_team_may_name_the_error_it_aims_at() -> None:
    aiming = '[teams.desk]\nchannel = "desk"\ntasks = ["returns"]\ntarget_error = {}\n'
    assert policy(teams=aiming.format("0.02")).teams["desk"].target_error == 0.02
    lines = refusals(policy_text(teams=aiming.format("2")))
    assert any(line.startswith("policy.toml: teams.desk.target_error: ") for line in lines)


def labels_of(*names: str) -> str:
    """The tables of labels of these names."""
    return "".join(
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "d"\nexample = "e"\n' for name in names
    )


@pytest.mark.parametrize(
    ("first", "second"), [("card_lost", "card lost"), ("grade-1", "grade 1"), ("５", "5")]
)
def test_labels_that_are_the_same_to_whoever_types_them_are_refused(first: str, second: str) -> None:
    with pytest.raises(InvalidPolicy, match="nobody who types a reply can tell") as refused:
        load_policy(policy_text(labels=labels_of(first, second)), "policy.toml")
    assert "thread_replies = false" in str(refused.value)


@pytest.mark.parametrize(
    "names", [("-1", "0", "+1"), ("no", "No!"), ("A", "A+", "A-"), ("C", "C++", "C#"), ("<1", "1")]
)
def test_labels_that_an_exact_reply_tells_apart_are_taken(names: tuple[str, ...]) -> None:
    task = load_policy(policy_text(labels=labels_of(*names)), "policy.toml").task("returns")
    assert task.label_names == names


def test_labels_that_nobody_types_may_look_alike_but_not_be_the_same() -> None:
    off = '[tasks.returns]\nquestion = "Is it?"\nthread_replies = false\n'
    alike = policy_text(task=off, labels=labels_of("card_lost", "card lost", "A", "a"))
    assert not load_policy(alike, "policy.toml").task("returns").thread_replies
    with pytest.raises(InvalidPolicy, match="stands there 2 times"):
        load_policy(policy_text(task=off, labels=labels_of("A", "A")), "policy.toml")


def test_reading_replies_as_ever_does_not_change_the_version() -> None:
    said = '[tasks.returns]\nquestion = "Is this return honest?"\nthread_replies = true\n'
    assert load_policy(policy_text(task=said), "x").version == load_policy(policy_text(), "x").version


def test_second_opinions_are_off_until_a_tier_has_a_share_of_them() -> None:
    assert (tier().second_opinions, tier().provisional, policy().extra_asks) == (None, False, 3)
    asking = tier(second_opinions="0.1", provisional="true", ask_for='"90m"')
    assert (asking.second_opinions, asking.provisional) == (0.1, True)
    assert asking.ask_for == timedelta(minutes=90)
    assert policy(head="extra_asks = 5").extra_asks == 5
    assert policy().version == policy(tiers=tier_text(ask_for='"2h"')).version


def test_pauses_are_off_until_a_task_has_a_bar() -> None:
    assert (policy().task("returns").pause_below, policy().task("returns").pause) == (None, "propose")
    strict = policy(hours='pause_below = 0.6\npause = "do"\n').task("returns")
    assert (strict.pause_below, strict.pause) == (0.6, "do")


def test_the_time_of_an_ask_counts_working_days() -> None:
    hours = '[tasks.returns.hours]\nstart = "09:00"\nend = "17:00"\n'
    asking = tier_text(second_opinions="0.1", ask_for='"1d"')
    assert policy(hours=hours, tiers=asking).task("returns").tiers[0].ask_for == timedelta(hours=8)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"provisional": "true"}, "`provisional` does nothing without second opinions"),
        ({"ask_for": '"1h"'}, "`ask_for` does nothing without second opinions"),
        ({"second_opinions": "0.1", "quorum": "2"}, "each has a second opinion"),
        ({"second_opinions": "1.5"}, "second_opinions"),
        (
            {"second_opinions": "0.1", "experts": '{ people = ["U0AMA", "U0SUE"] }'}
            | {"adjudicators": '["U0SUE"]'},
            "second_opinions: nobody is left to ask for a second opinion",
        ),
    ],
)
def test_second_opinions_that_cannot_be_had_are_refused(fields: dict[str, str], words: str) -> None:
    lines = refusals(tiers(tier_text(**fields)))
    assert any(words in line for line in lines), lines


def test_predictions_are_hidden_by_chance_only_where_a_tier_says_so() -> None:
    assert tier().blind is None
    assert tier(blind="0.1").blind == 0.1
    for never in ("0.0", "1.0"):  # without both there is nothing to compare
        assert any("blind" in line for line in refusals(tiers(tier_text(blind=never))))


def test_cases_are_put_in_only_where_a_tier_says_so() -> None:
    assert (tier().trials, tier().acts_outside) == ({}, False)
    assert tier(gold="0.02", planted="0.01").trials == {Origin.GOLD: 0.02, Origin.PLANTED: 0.01}
    for never in ("0.0", "1.0"):
        assert any("gold" in line for line in refusals(tiers(tier_text(gold=never))))


def test_nothing_is_put_in_where_experts_act_on_what_they_answer() -> None:
    assert tier(acts_outside="true").acts_outside
    for name in ("gold", "planted"):
        (line,) = refusals(tiers(tier_text(acts_outside="true", **{name: "0.1"})))
        assert f"no case may be put in; remove `{name}` or `acts_outside`" in line


def test_on_a_scale_nothing_is_planted() -> None:
    scale = "rating = { lowest = 1, highest = 5 }\n"
    lines = refusals(policy_text(labels=scale, tiers=tier_text(planted="0.1", quorum="2")))
    assert any("of a scale no step is plainly wrong" in line for line in lines), lines


def test_where_a_single_person_decides_nothing_is_settled_enough_to_come_again() -> None:
    problem = "a single person decides each case"
    assert any(problem in str(finding) for finding in check(policy(tiers=tier_text(gold="0.1"))))
    for confirmed in ({"quorum": "2"}, {"second_opinions": "0.1"}):
        advice = check(policy(tiers=tier_text(gold="0.1", **confirmed)))
        assert not any(problem in str(finding) for finding in advice)


def test_three_named_people_are_enough_for_second_opinions() -> None:
    people = '{ people = ["U0AMA", "U0BEN", "U0SUE"] }'
    asking = tier(second_opinions="0.1", experts=people, adjudicators='["U0SUE"]')
    assert asking.second_opinions == 0.1
