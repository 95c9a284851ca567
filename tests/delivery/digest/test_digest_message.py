"""The digest's messages: what to do first, every number named, and all of it within Slack's limits."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.delivery.digest.digest_details import (
    PARTS,
    cited,
    errors_message,
    experts_message,
    models_message,
)
from bot.delivery.digest.digest_message import digest_message
from bot.pictures.alt_text import picture_words
from bot.slack.blocks.message import Message
from bot.slack.limits import message_violations
from bot.usecases.digest.period import Period
from bot.words.digest_words import more_rows, share_words, unreadable_words
from bot.words.quality_words import error_cells, fit_words, threshold_words
from routing.digest.digest import (
    Certainty,
    CertaintyChange,
    Digest,
    ScaleRow,
    Share,
    ShareRow,
    TooFew,
    summarise,
)
from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts, UnreadableRule
from routing.digest.model_quality import About, ErrorRow, Movement, Quality, ThresholdState
from routing.evidence.estimate import Reach
from routing.evidence.promise import NotYet, Promise
from routing.evidence.truth import TaskTruth, Truth
from routing.measures.calibration.calibration_error import seeded_report
from tests.delivery.qualities import (
    WEEK,
    alarm,
    digest,
    error,
    estimate,
    finding,
    fit,
    quality,
    threshold,
    traffic,
)
from tests.worlds.clocks import MONDAY

PERIOD = Period("leads", MONDAY - WEEK, MONDAY, date(2026, 11, 16))
LINKS = {f"case_{n}": f"https://acme.slack.com/archives/C1/p{n}" for n in range(60)}
NAMES = ["x", "é" * 75, "<!channel> & " * 5, "👩🏽‍⚕️" * 9, "שלום עולם"]


def long_digest(name: str) -> Digest:
    """A week as it was told before anything of the models was measured."""
    rows = tuple(Concordance(f"{name}{number}", 20, 30) for number in range(60))
    oldest = tuple(OldestCase(f"case_{n}", name, MONDAY, MONDAY, name, "leads") for n in range(60))
    pairs = tuple((0.5 + number % 50 / 100, number % 3 > 0) for number in range(300))
    facts = PeriodFacts(
        MONDAY - WEEK,
        MONDAY,
        received=10**9,
        by_tier=rows,
        by_model=rows,
        confusions=tuple(Confusion(name, name, f"{name}{n}", n) for n in range(60)),
        oldest_open=oldest,
        reliability_pairs=pairs,
        seconds_to_decision=tuple(float(n) for n in range(300)),
    )
    return summarise(facts, facts, seeded_report(pairs, 0), seeded_report(pairs, 0))


def thread(week: Digest) -> list[Message]:
    return [message for part in PARTS.values() if (message := part(week, LINKS)) is not None]


def figures(week: Digest) -> str:
    """The last message of the thread."""
    message = experts_message(week, {})
    assert message is not None
    return message.text


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def table(message: Message) -> dict[str, list[str]]:
    (found,) = [block for block in message.blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in found["rows"]]
    return {name: rest for name, *rest in rows}


def buttons(message: Message) -> list[list[str]]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [[element["text"]["text"] for element in row["elements"]] for row in rows]


def assert_sendable(message: Message) -> None:
    payload: dict[str, Any] = message.payload()
    assert message_violations(payload) == ()
    assert "<!" not in message.text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("many", [0, 1, 40])
def test_every_digest_is_inside_slacks_limits_and_pings_nobody(name: str, many: int) -> None:
    week = digest(name, many)
    for message in (digest_message(PERIOD, week, "F1"), *thread(week)):
        assert_sendable(message)


@pytest.mark.parametrize("name", NAMES)
def test_so_is_one_without_anything_measured(name: str) -> None:
    week = long_digest(name)
    for message in (digest_message(PERIOD, week, "F1"), *thread(week)):
        assert_sendable(message)


def test_it_opens_with_three_sentences_that_can_be_acted_on_then_the_picture_then_the_table() -> None:
    message = digest_message(PERIOD, digest(), "F1")
    opening = ["header", "section", *["section", "actions"] * 3, "image", "rich_text", "table"]
    assert kinds(message)[: len(opening)] == opening
    assert buttons(message) == [
        ["See the cases…", "Check more of it", "Mute for 4 weeks"],
        ["See the cases…", "Mute for 4 weeks"],
        ["Mute for 4 weeks"],
    ]


def test_it_ends_with_what_counts_as_right() -> None:
    rows = (TaskTruth("fraud", Truth.SINGLE, 40, 0.2, 0.0),)
    last = digest_message(PERIOD, digest(of=Quality(truths=rows)), None).blocks[-1]
    assert last["type"] == "context"
    words = last["elements"][0]["text"]
    assert words.startswith("Right means right as one says: the numbers rest on labels as they are, ")


def test_a_limit_that_only_single_answers_back_says_so() -> None:
    row = threshold(ThresholdState.GRANTED, promise=Promise(0.02, 0.95), truth=Truth.SINGLE)
    assert "Limit: at most 1 in 50 wrong, by labels as they are." in threshold_words(row)
    assert "by labels" not in threshold_words(replace(row, truth=Truth.AGREED))


def test_asking_for_audits_is_confirmed_first() -> None:
    lacking = threshold(ThresholdState.NOT_YET, found=NotYet(180, "Too few audits."), gain=None)
    message = digest_message(PERIOD, digest(of=Quality(thresholds=(lacking,))), None)
    (row,) = [block for block in message.blocks if block["type"] == "actions"]
    assert row["elements"][0]["text"]["text"] == "Check more now…"
    assert "seven days" in row["elements"][0]["confirm"]["text"]["text"]


def test_the_table_compares_with_the_week_before_and_the_target_and_calls_the_small_small() -> None:
    rows = table(digest_message(PERIOD, digest(), "F1"))
    assert list(rows) == [
        " ",
        "Came in",
        "Went through by themselves",
        "Looked at",
        "Late",
        "Wrong among what went through",
    ]
    now, before, target = rows["Wrong among what went through"]
    assert now == "1.0% (between 0.6% and 1.5%, n=412); the change may be chance"
    assert before == "1.1% (between 0.7% and 1.7%, n=412)"
    assert target == "at most 3.0%"
    assert rows["Came in"] == ["1,034", "1,034", " "]


def test_where_checks_are_few_the_table_counts_them() -> None:
    few = replace(traffic("accepted"), labeled=6, naive=estimate(1 / 6, Reach.REVIEWED, 6))
    row = ErrorRow(About.ACCEPTED, "accepted", few, few)
    rows = table(digest_message(PERIOD, digest(of=Quality(errors=(row,))), None))
    assert rows["Wrong among what went through"] == ["1 of 6", "1 of 6"]


def test_without_a_target_there_is_no_column_for_it() -> None:
    week = digest(of=replace(quality(), target=None))
    assert table(digest_message(PERIOD, week, None))["Came in"] == ["1,034", "1,034"]


def test_a_movement_beyond_chance_is_named() -> None:
    worse = error(About.ALL, "all traffic", 0.2, 0.02)
    assert worse.movement is Movement.WORSE
    assert error_cells(worse)[0].endswith("worse than before")


def test_the_top_level_text_says_what_the_blocks_say() -> None:
    week = digest()
    said = digest_message(PERIOD, week, "F1").text
    assert all(headline.words[:60] in said for headline in week.headlines)
    assert "1,034 predictions came in" in said
    assert "Wrong among what went through: 1.0%" in said


def test_without_headlines_the_week_comes_first() -> None:
    week = replace(digest(), headlines=())
    message = digest_message(PERIOD, week, None)
    assert "1,034 predictions came in" in message.blocks[1]["text"]["text"]
    assert buttons(message) == []


def test_a_digest_for_one_person_is_called_so() -> None:
    mine = replace(PERIOD, person="U0MAYA")
    assert digest_message(mine, digest(), None).text.startswith("The last seven days: leads")
    assert mine.key != PERIOD.key


def test_one_of_anything_is_not_called_many() -> None:
    facts = PeriodFacts(MONDAY - WEEK, MONDAY, received=1, reviewed=1, decided=1, overdue=1)
    said = digest_message(PERIOD, summarise(facts), None).text
    assert "1 prediction came in" in said
    assert "None went through by itself, 1 was looked at; experts corrected none of those." in said
    assert "Late: 1." in said


def test_a_quiet_week_has_no_details() -> None:
    quiet = summarise(PeriodFacts(MONDAY - WEEK, MONDAY))
    assert thread(quiet) == []
    assert "quiet week" in digest_message(PERIOD, quiet, None).text


def test_the_calibration_of_the_week_before_stands_beside_this_weeks() -> None:
    week = long_digest("x")
    before = week.calibration_before
    assert before is not None
    assert not isinstance(before, TooFew)
    said = figures(week)
    assert f"The week before: ECE {before.ece:.3f}, Brier {before.brier:.3f} (n=300)." in said


def test_what_is_weighted_is_said_to_be_and_what_is_not_is_said_not_to_be() -> None:
    assert "how often it is right, of all that came in: ECE" in figures(digest())
    assert "of what was looked at only: ECE" in figures(long_digest("x"))


KEPT_FOR_THE_REPORT = re.compile(
    r"\bECE\b|Brier|log loss|log-odds|naive|weighted|watched|held against|audit|certif|auto-accepted|Kish",
    re.IGNORECASE,
)


@pytest.mark.parametrize("many", [0, 1, 3])
def test_statistics_are_in_the_last_message_of_the_thread_and_nowhere_before(many: int) -> None:
    week = digest(many=many)
    first, *others, last = (digest_message(PERIOD, week, "F1"), *thread(week))
    shown = json.dumps([block for block in first.blocks if block["type"] != "actions"])
    assert KEPT_FOR_THE_REPORT.findall(first.text + shown) == []
    assert "Brier" in json.dumps(last.blocks)
    for message in others:
        assert re.findall(r"\bECE\b|Brier|[Nn]aive|log loss|weighted|watched", message.text) == []


def test_the_picture_is_told_point_by_point() -> None:
    week = digest()
    assert week.quality is not None
    assert week.quality.calibration is not None
    words = picture_words(week)
    assert words.count("experts agreed with") == len(week.quality.calibration.bins)
    assert "Threshold now 0.95: 5% go through, 0.2% of it wrong" in words
    assert "Shown to keep the limit 0.87" in words
    assert "Allowed: 3.0% wrong" in words
    assert "Mon 9: 12, 8, 2 h 00 min" in words


def test_the_error_of_the_period_and_of_the_future_are_told_apart_and_the_naive_one_is_named() -> None:
    text = figures(digest())
    assert "this period: 2.1% (between 1.3% and 3.1%, n=412); the future: 2.1%" in text
    assert "18 asked for and not answered, 7 never looked at" in text
    assert "if all of these were right it would be 1.9%, if all were wrong 3.8%" in text
    assert "Naive, of what was looked at alone, so not the model's error: 12.3%" in text


def test_the_thread_begins_with_the_error_by_tier_model_and_slice() -> None:
    message = errors_message(digest(), {})
    assert message is not None
    names = [name for name in table(message) if name.strip()]
    assert names == ["Rule fraud0", "Model fraud0", "Where fraud0"]


def test_nothing_labeled_is_said_to_be_nothing_known() -> None:
    row = error(About.ALL, "all traffic")
    unknown = replace(row, now=replace(row.now, period=None, future=None, naive=None))
    text = figures(digest(of=Quality(errors=(unknown,))))
    assert "nothing is answered, so nothing is known of its error" in text
    assert "Naive" not in text


def test_a_calibrator_is_told_with_before_and_after_or_why_it_is_not_used() -> None:
    assert "ECE 0.051 before and 0.020 after" in fit_words(fit())
    assert "left as it is. No method was better" in fit_words(fit(is_used=False))


def test_a_threshold_says_what_is_in_force_what_could_be_and_what_is_missing() -> None:
    assert "goes through from 0.95 on (set in the policy)" in threshold_words(threshold())
    assert threshold_words(threshold()).endswith(
        "From 0.873 on would keep it, too: 17.0% more would go through."
    )
    assert "would keep it" not in threshold_words(threshold(gain=-0.2))
    lacking = threshold(ThresholdState.NOT_YET, in_force=None, found=NotYet(180, "Too few."), gain=None)
    assert "Limit: at most 1 in 50 wrong" in threshold_words(threshold())
    assert "everything is looked at (nothing is shown to keep the limit yet)" in threshold_words(lacking)
    assert "About 180 more answers needed. Too few." in threshold_words(lacking)
    unchecked = replace(lacking, found=NotYet(60, "Too few.", opinions=60))
    assert "About 60 more second opinions needed. Too few." in threshold_words(unchecked)
    hopeless = threshold(
        ThresholdState.NOT_YET, in_force=None, found=NotYet(0, "It errs too often."), gain=None
    )
    assert "1 in 50 wrong. It errs too often." in threshold_words(hopeless)
    revoked = threshold(ThresholdState.REVOKED, in_force=None, found=None, gain=None, why="Audits turned.")
    assert threshold_words(revoked).endswith("Audits turned.")


def test_models_and_thresholds_have_a_message_of_their_own() -> None:
    message = models_message(digest(), {})
    assert message is not None
    assert "What goes through by itself" in message.text
    assert "ECE 0.051 before" in figures(digest())
    assert message.text.count("experts agreed with") > 5


def test_what_experts_say_is_told_with_quotes_and_links() -> None:
    message = experts_message(digest(), LINKS)
    assert message is not None
    assert "“fraud”" in message.text
    assert "A case was decided fraud and “pay the rent” was decided fine, 97% alike" in message.text
    assert (
        "fraud: 12 × the model said fraud, experts fraud0, which stands for about 34 predictions"
        in message.text
    )
    assert LINKS["case_3"] in str(message.blocks)  # an example of the alarm
    assert set(cited(digest())) == {"case_0", "case_1", "case_2", "case_3"}


def test_agreement_names_a_tier_by_its_rule_in_words() -> None:
    agreed = ShareRow("fraud standard", Share(0.9, 20, 0.7, 0.97), None)
    rows = (replace(quality().thresholds[0], rule="payments above 1,000"),)
    week = replace(digest(of=replace(quality(), thresholds=rows)), by_tier=(agreed,), by_model=(agreed,))
    message = experts_message(week, {})
    assert message is not None
    names = [name for name in table(message) if name.startswith(("Rule", "Model"))]
    assert names == ["Rule fraud (payments above 1,000)", "Model fraud standard"]


def test_the_reason_for_no_themes_is_given() -> None:
    message = experts_message(digest(of=Quality(no_themes_because="Only 12 rationales.")), {})
    assert message is not None
    assert "Only 12 rationales." in message.text


def test_what_does_not_fit_is_said_to_be_in_the_file() -> None:
    message = experts_message(digest("y" * 70, 40), {})
    assert message is not None
    assert "more in the CSV file" in str(message.blocks)


def test_alarms_and_slices_lead_the_details() -> None:
    week = digest(of=Quality(alarms=(alarm(),), slices=(finding(),)))
    message = experts_message(week, {})
    assert message is not None
    assert "errs twice as often" in message.text
    assert "Where country is DE" in message.text


RULES = (
    UnreadableRule("fraud", "high_value", "amount is text, a number is needed", 34),
    UnreadableRule("fraud", "abroad", "the slice country is missing", 1),
)


def test_rules_that_could_not_be_judged_are_told_before_the_picture() -> None:
    message = digest_message(PERIOD, replace(digest(), unreadable=RULES), None)
    assert (
        "34 predictions could not be judged by rule high_value: amount is text, a number is needed."
        in message.text
    )
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    (shown,) = [text for text in texts if "high_value" in text]
    assert "1 prediction could not be judged by rule abroad: the slice country is missing." in shown
    assert shown.endswith("Have the service send what is missing, or correct the rule.")
    assert message_violations(message.payload()) == ()


def test_a_rule_of_another_task_is_named_with_it() -> None:
    more = (*RULES, UnreadableRule("loan", "large", "sum is missing", 2))
    words = unreadable_words(replace(digest(), unreadable=more))
    assert words[-1] == "2 predictions could not be judged by rule large of loan: sum is missing."


def test_a_week_in_which_all_could_be_judged_says_nothing_of_it() -> None:
    assert "judged" not in digest_message(PERIOD, digest(), None).text


def test_many_rules_with_long_reasons_stay_inside_slacks_limits() -> None:
    rules = tuple(UnreadableRule("t" * 60, f"{n}" * 60, "w" * 160, 10**9) for n in range(5))
    assert (
        message_violations(digest_message(PERIOD, replace(digest(), unreadable=rules), None).payload()) == ()
    )


def test_what_came_later_than_its_week_is_told_apart() -> None:
    assert (
        "1,412 more came later than their week."
        in digest_message(PERIOD, replace(digest(), came_later=1_412), None).text
    )
    assert "later" not in digest_message(PERIOD, digest(), None).text


def test_predictions_without_a_confidence_are_told_of() -> None:
    message = digest_message(PERIOD, replace(digest(), without_confidence=12), None)
    assert "12 predictions came without a confidence. They were looked at instead." in str(message.blocks)
    assert "12 predictions came without a confidence." in message.text


def test_a_scale_is_told_exactly_and_within_one_step() -> None:
    exact, near = Share(0.6, 200, 0.53, 0.67), Share(0.9, 200, 0.85, 0.94)
    scale = ScaleRow("reply", ShareRow("reply", exact, None), ShareRow("reply", near, TooFew(4, 20)))
    rows = list(more_rows(replace(digest(), by_scale=(scale,))))
    assert rows[-2:] == [
        ("… on the scale of reply, exactly", share_words(exact), "–"),
        (
            "… on the scale of reply, within one step",
            share_words(near),
            "too few answers yet (4 of 20)",
        ),
    ]
    message = experts_message(replace(digest(), by_scale=(scale,)), {})
    assert message is not None
    assert "within one step" in str(message.blocks)


def test_how_often_decisions_are_right_is_told_where_it_can_be() -> None:
    stated = CertaintyChange(Certainty(0.972, 118), None)
    row = ("Decisions are right, by what answers are worth", "in 97% of 118", "–")
    assert row in list(more_rows(replace(digest(), certainty=stated)))
    assert not any("worth" in words for words, *_ in more_rows(digest()))
    unstated = replace(digest(), certainty=CertaintyChange(None, Certainty(0.9, 3)))
    assert not any("worth" in words for words, *_ in more_rows(unstated))
