"""What goes where, in words."""

from bot.words.rules_in_words import TableRow, table
from routing.policy import load_policy
from tests.places import ROOT
from tests.routing.making import HOURS, policy, tier_text

EXAMPLE = ROOT / "deploy" / "policy.example.toml"


def test_the_example_has_a_row_per_tier() -> None:
    rows = table(load_policy(EXAMPLE.read_text(), EXAMPLE.name))
    assert [(row.task, row.tier) for row in rows] == [
        ("returns", "critical"),
        ("returns", "standard"),
        ("biopsies", "alarming"),
        ("biopsies", "routine"),
    ]


def test_a_row_says_everything_about_its_tier() -> None:
    steps = """[
        { after = "1h", to = "thread", repeat = "30m", times = 2 },
        { after = "1d", to = "people", people = ["U0PAT", "U0SUE"] },
        { after = "2d", to = "channel", channel = "leads" },
    ]"""
    full = tier_text(
        audit="0.05",
        quorum="2",
        due_in='"1d"',
        experts='{ user_group = "S0DESK", people = ["U0AMA"] }',
        adjudicators='["U0SUE"]',
        escalation=steps,
        on_expiry='"safe_label"',
        safe_label='"fraud"',
        expires_in='"1w"',
    )
    (row,) = table(policy(hours=HOURS, tiers=full))
    assert row == TableRow(
        task="returns",
        tier="standard",
        when="everything else",
        channel="#desk",
        accept_above="if the model is at least 90 % sure",
        audit="1 in 20",
        exceptions="none",
        quorum="2",
        certainty="",
        due_in="1 working day",
        experts="group S0DESK, U0AMA, settled by U0SUE",
        escalation="after 1h of work remind in the thread, 2 times every 30m; "
        "after 1 working day ask U0PAT, U0SUE; after 2 working days post in #leads; "
        "after 5 working days decide fraud",
    )


def test_a_row_says_how_many_get_a_second_opinion() -> None:
    (row,) = table(policy(tiers=tier_text(second_opinions="0.1")))
    assert row.quorum == "1, in 10 % 2"
    (row,) = table(policy(tiers=tier_text(second_opinions="0.0")))
    assert row.quorum == "1"


def test_a_condition_is_put_into_words() -> None:
    first = tier_text("first", when="\"prediction.label == 'fraud'\"", accept_above='"always_review"')
    row, rest = table(policy(tiers=first + tier_text("rest", on_expiry='"close"', expires_in='"1w"')))
    assert (row.when, row.accept_above, row.audit, row.escalation) == (
        "the model says fraud",
        "never",
        "none",
        "stays open",
    )
    assert (rest.due_in, rest.escalation) == ("4h", "after 1w close without a decision")


def test_a_promise_says_what_passes_once_it_is_shown_and_what_ends_it() -> None:
    promise = "{ error = 0.02, confidence = 0.95 }"
    first = tier_text("first", when="\"origin == 'red_team'\"", accept_above=promise, audit="0.05")
    rest = tier_text(accept_above=promise, audit="0.1", suspend_on='["drift"]', novel='"review"')
    usual, careful = table(policy(tiers=first + rest))
    assert usual.accept_above == "once it is 95 % sure that at most 1 in 50 is wrong"
    assert usual.exceptions == "a new model, changed labels, more than 5 % not answered in time"
    assert careful.exceptions == (
        "a new model, changed labels, a change in what comes in, more than 5 % not answered in time, "
        "a case unlike those before"
    )


def test_slices_with_audits_of_their_own_are_named() -> None:
    (row,) = table(policy(tiers=tier_text(audit="0.05", audit_slices='{ "country=PT" = 0.5 }')))
    assert row.audit == "1 in 20 (1 in 2 of country=PT)"


def test_that_another_person_is_asked_stands_beside_the_checks() -> None:
    (row,) = table(policy(tiers=tier_text(audit="0.05", ask_again="true")))
    assert row.audit == "1 in 20; asked of another person if nobody answers"
    promise = "{ error = 0.02, confidence = 0.95 }"
    (row,) = table(policy(tiers=tier_text(accept_above=promise, audit="0.05", ask_again="false")))
    assert row.audit == "1 in 20"


def test_slices_that_may_have_thresholds_of_their_own_are_named() -> None:
    promise = '{ error = 0.02, confidence = 0.95, slices = ["country=PT"] }'
    (row,) = table(policy(tiers=tier_text(accept_above=promise, audit="0.1")))
    assert row.accept_above == "once it is 95 % sure that at most 1 in 50 is wrong, country=PT apart"


def test_a_novel_case_is_no_exception_where_nothing_is_accepted() -> None:
    plain = tier_text("plain", when="\"origin == 'red_team'\"", novel='"review"')
    never = tier_text(accept_above='"always_review"', novel='"review"')
    assert [row.exceptions for row in table(policy(tiers=plain + never))] == [
        "a case unlike those before",
        "none",
    ]


def test_a_rule_that_passes_on_what_it_cannot_judge_says_so() -> None:
    def row(**changes: str) -> TableRow:
        vip = tier_text("vip", when='"input.fields.vip"', **changes)
        return table(policy(tiers=vip + tier_text()))[0]

    assert row(when_unreadable='"pass"').when == "vip is yes; where nothing tells, the next is tried"
    assert row().when == "vip is yes"


def test_a_rule_of_which_the_policy_says_why_is_told_by_that() -> None:
    first = tier_text("first", when="'input.fields.amount > 3'", because='"large sums are looked at"')
    row, rest = table(policy(tiers=first + tier_text(because='"all the others"')))
    assert (row.when, rest.when) == ("large sums are looked at", "all the others")


def test_a_rule_too_odd_for_words_is_told_as_it_is_written() -> None:
    odd = """'input.text.matches("^a+$")'"""
    row, _ = table(policy(tiers=tier_text("odd", when=odd) + tier_text()))
    assert row.when == 'input.text.matches("^a+$")'


def test_what_is_all_checked_says_so() -> None:
    (row,) = table(policy(tiers=tier_text(audit="1.0")))
    assert row.audit == "all"


def test_a_row_says_how_often_the_prediction_is_hidden() -> None:
    (row,) = table(policy(tiers=tier_text(blind="0.2")))
    assert row.quorum == "1; in 20 % without the prediction"


def test_a_row_says_how_often_a_check_is_put_in() -> None:
    (row,) = table(policy(tiers=tier_text(gold="0.2", planted="0.1", quorum="2")))
    assert row.quorum == (
        "2; beside 20 % a check with a settled answer and beside 10 % a check with a wrong prediction"
    )


def test_a_certainty_is_told_with_how_many_may_be_asked() -> None:
    (row,) = table(policy(tiers=tier_text(certainty="0.95", answers_at_most="3")))
    assert row.certainty == "up to 3 until they are 95 % sure"
