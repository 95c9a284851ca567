"""Whether open cases have lost a part of the policy that they were opened under, and who may answer them."""

from bot.clock import SystemClock
from bot.doctor.database import read_in
from bot.doctor.finding import CheckFinding, warn
from bot.ids import new_id
from bot.usecases.context import Context, PolicyHolder
from bot.usecases.repairs.stranded_cases import StrandedCases, stranded
from bot.words.limit_words import place_words
from routing.policy import Policy
from storage.engine.database import Database

KEPT = (
    "Nothing is to be done if that was meant: they keep the answers of their opening and the people they had."
)
NOBODY = (
    "Put it back into the policy with people in it until they are answered, or invite people to the channel."
)


def check_open_cases(url: str, policy: Policy) -> tuple[CheckFinding, ...]:
    """A finding for each task and tier with such cases; none where the database cannot tell."""
    return read_in(url, lambda database: map(_finding, stranded(context_of(database, policy))))


def context_of(database: Database, policy: Policy) -> Context:
    """A context to read cases in under `policy`."""
    return Context(
        database=database,
        active=PolicyHolder.of(policy),
        clock=SystemClock(),
        new_id=new_id,
        draw_key=b"",
        team_id="",
    )


def _finding(cases: StrandedCases) -> CheckFinding:
    name = f"cases {place_words(cases.task, cases.tier)}"
    count = "1 case waits" if cases.count == 1 else f"{cases.count} cases wait"
    left = f"{', '.join(cases.left)} {'has' if len(cases.left) == 1 else 'have'} left the policy"
    what = f"{count}, and since then {left}. Due first: {cases.external_id}."
    if cases.may_answer is False:
        return warn(name, f"{what} Nobody may answer them.", NOBODY)
    unsure = "" if cases.may_answer else " Who may answer is known once `secondlook serve` has asked Slack."
    return warn(name, f"{what}{unsure}", KEPT)
