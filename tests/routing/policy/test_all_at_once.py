"""Everything wrong in a policy is said at once, and nothing that only follows from something else."""

import pytest

from routing.errors import InvalidPolicy
from routing.policy import load_policy
from tests.routing.making import policy_text, tier_text

LABEL = '[[tasks.returns.labels]]\nname = "{name}"\n{rest}'
WHOLE = 'description = "Text."\nexample = "Such."\n'


def keys(text: str) -> list[str]:
    """The keys of every error, in their order."""
    with pytest.raises(InvalidPolicy) as refused:
        load_policy(text, "policy.toml")
    return [finding.key for finding in refused.value.findings]


def labels(*rests: str) -> str:
    return "".join(LABEL.format(name=f"label{place}", rest=rest) for place, rest in enumerate(rests))


TIER = "tasks.returns.tiers.standard"
FOLLOWED_BY_NOTHING = [
    (policy_text(tiers=tier_text(chanel='"desk"')), [f"{TIER}.chanel"]),
    (policy_text(tiers=tier_text(due_in='"soon"')), [f"{TIER}.due_in"]),
    (policy_text(tiers=tier_text(when="5")), [f"{TIER}.when"]),
    (policy_text(tiers=tier_text(accept_above='"often"', audit="0.1")), [f"{TIER}.accept_above"]),
    (
        policy_text(tiers=tier_text(quorum="2", experts='{ people = ["U0AMA", "ben"] }')),
        [f"{TIER}.experts.people[1]"],
    ),
    (
        policy_text(labels=labels(WHOLE, WHOLE, 'example = "Such."\n', WHOLE, WHOLE, "color = 1\n" + WHOLE)),
        ["tasks.returns.labels.label2.description", "tasks.returns.labels.label5.color"],
    ),
    (
        policy_text(
            labels=labels(WHOLE, "color = 1\n" + WHOLE),
            tiers=tier_text(
                when="\"prediction.label == 'label1'\"",
                on_expiry='"safe_label"',
                safe_label='"label1"',
                expires_in='"8h"',
            )
            + tier_text("rest"),
        ),
        ["tasks.returns.labels.label1.color"],
    ),
    (
        policy_text(labels=labels(WHOLE, WHOLE).replace('"label1"', "1")),
        ["tasks.returns.labels[1].name"],
    ),
    (
        policy_text(services='[services.shop]\ntasks = ["returns"]\nsecret_env = ["low"]\n'),
        ["services.shop.secret_env[0]"],
    ),
    (
        policy_text(services='[services.shop]\ntasks = "returns"\nsecret_env = ["S"]\n'),
        ["services.shop.tasks"],
    ),
    (policy_text(channels='[channels.desk]\nid = "#desk"\n'), ["channels.desk.id"]),
]


@pytest.mark.parametrize(
    ("text", "wrong"), FOLLOWED_BY_NOTHING, ids=[wrong[0] for _, wrong in FOLLOWED_BY_NOTHING]
)
def test_an_error_brings_no_other_with_it(text: str, wrong: list[str]) -> None:
    assert keys(text) == wrong


def test_what_does_not_fit_is_said_of_sections_whose_form_is_wrong_too() -> None:
    text = policy_text(
        services='[services.shop]\ntasks = ["invoices"]\nsecret_env = ["S"]\nrate = 5\n',
        teams='[teams.desk]\nchannel = "desc"\ntasks = ["returns"]\ncolor = "red"\n',
        task='[tasks.returns]\nquestion = 5\nreason_codes = ["a", "A"]\n',
        labels=labels(WHOLE, "color = 1\n" + WHOLE).replace("label1", "Label0"),
        tiers=tier_text("first", chanel='"desk"', channel='"x"', when="\"prediction.label == 'frod'\"")
        + tier_text("first", due_in='"soon"', when='"true"')
        + tier_text("rest", audit="2", when='"input.txt != null"'),
    )
    assert set(keys(text)) == {
        "services.shop.rate",
        "services.shop.tasks",
        "tasks.returns.labels",
        "tasks.returns.labels.Label0.color",
        "tasks.returns.question",
        "tasks.returns.reason_codes",
        "tasks.returns.tiers",
        "tasks.returns.tiers.first.channel",
        "tasks.returns.tiers.first.chanel",
        "tasks.returns.tiers.first.due_in",
        "tasks.returns.tiers.first.when",
        "tasks.returns.tiers.rest.audit",
        "tasks.returns.tiers.rest.when",
        "teams.desk.channel",
        "teams.desk.color",
    }


def test_letters_are_composed_in_names_rules_and_keys() -> None:
    texts = [
        policy_text(
            labels=LABEL.format(name=name, rest=WHOLE) + LABEL.format(name="honest", rest=WHOLE),
            tiers=tier_text("first", when=f"\"prediction.label == '{name}'\"")
            + tier_text("rest", audit="0.1", audit_slices=f'{{ "land={name}" = 0.5 }}'),
        )
        for name in ("caf\u00e9", "cafe\u0301")
    ]
    first, second = (load_policy(text, "policy.toml") for text in texts)
    assert first.version == second.version
    assert second.task("returns").label_names[0] == "caf\u00e9"


def test_an_address_of_a_policy_keeps_its_bytes() -> None:
    guideline = "https://wiki.example/cafe\u0301"
    task = f'[tasks.returns]\nquestion = "Why?"\nguideline = "{guideline}"\n'
    assert load_policy(policy_text(task=task), "policy.toml").task("returns").guideline == guideline


def test_two_keys_of_the_same_letters_are_refused() -> None:
    slices = '{ "land=caf\u00e9" = 0.5, "land=cafe\u0301" = 0.2 }'
    assert keys(policy_text(tiers=tier_text(audit_slices=slices))) == ["policy"]
