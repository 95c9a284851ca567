"""What parts of a policy may be, where each is right by itself."""

from datetime import date, timedelta

import pytest

from routing.errors import InvalidPolicy
from routing.finding import ExistingNames
from routing.policy import check, load_policy
from routing.public_holidays import PublicHolidays
from tests.routing.making import policy, policy_text, tier_text

MANY = 900
HOURS = '[tasks.returns.hours]\ntimezone = "Europe/Berlin"\nstart = "09:00"\nend = "17:00"\n'


def labels(*lines: str) -> str:
    return "".join(
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "x"\n{more}\n'
        for name, _, more in (line.partition("|") for line in lines)
    )


def refusal(**changes: str) -> str:
    with pytest.raises(InvalidPolicy) as refused:
        policy(**changes)
    return str(refused.value)


def test_a_service_may_name_its_authority_and_a_proxy() -> None:
    more = 'proxy = "http://proxy.example:3128"\nca_file = "/etc/second-look/ca.pem"\n'
    shop = f'[services.shop]\ntasks = ["returns"]\nsecret_env = ["S"]\n{more}'
    service = policy(services=shop).services["shop"]
    assert (service.proxy, service.ca_file) == ("http://proxy.example:3128", "/etc/second-look/ca.pem")


def test_a_name_of_before_is_answered_with_that_of_now() -> None:
    names = ExistingNames(("puppy", "cat"), {"dog": "puppy"})
    assert names.mend("dog", "label") == "it is called 'puppy' now"


def test_a_name_too_long_to_be_read_wants_a_title() -> None:
    long = "n" * 150
    loaded = load_policy(policy_text(labels=labels("honest", "fraud", long)), "policy.toml")
    assert any("give it a short `title`" in str(finding) for finding in check(loaded))


def test_an_earlier_name_is_of_a_single_label_and_of_none_that_there_is() -> None:
    present = refusal(labels=labels("honest", 'fraud|was = ["honest"]'))
    assert "'honest' is the name of a label that there is" in present
    twice = refusal(labels=labels('honest|was = ["dog"]', 'fraud|was = ["dog"]'))
    assert "2 labels were called 'dog'" in twice


def test_a_tier_is_held_to_the_steps_of_a_scale_while_another_part_is_wrong() -> None:
    tiers = tier_text(expires_in='"8h"', on_expiry='"safe_label"', safe_label='"9"')
    words = refusal(labels="[tasks.returns.rating]\n", tiers=tiers, teams="[teams.a]\nnothing = 1\n")
    assert "safe_label" in words
    assert "teams.a.nothing" in words


def test_a_day_without_an_hour_and_a_year_without_a_day_are_refused() -> None:
    spans = '[tasks.returns.hours]\ntimezone = "UTC"\nspans = [{ start = "09:00", end = "09:00" }]\n'
    assert "day and night" in refusal(hours=spans)
    first = date(2024, 1, 6)
    saturdays = ", ".join(str(first + timedelta(7 * week)) for week in range(530))
    assert "no working day is left" in refusal(hours=f'{HOURS}days = ["sat"]\ndays_off = [{saturdays}]\n')


def test_a_service_that_is_no_section_is_named() -> None:
    assert "services.shop" in refusal(services="[services]\nshop = 3\n")


def test_a_country_that_the_library_has_dropped_has_no_holidays() -> None:
    assert not PublicHolidays.model_construct(country="XX", region=None).holds(date(2026, 12, 25))


def test_too_many_combinations_of_values_are_not_tried() -> None:
    rules = (
        tier_text("first", when="\"prediction.label == 'l1' && prediction.confidence < 0.5\"") + tier_text()
    )
    loaded = load_policy(
        policy_text(labels=labels(*(f"l{number}" for number in range(MANY))), tiers=rules), "policy.toml"
    )
    assert not [finding for finding in check(loaded) if finding.key.endswith(".when")]
