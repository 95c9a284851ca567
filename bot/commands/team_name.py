"""Which team a command is about."""

from bot.errors import SettingsInvalid
from routing.policy import Policy


def team_name(policy: Policy, name: str | None) -> str:
    """That team, or the policy's only team; raises SettingsInvalid for any other, or for none of many."""
    if name is None and len(policy.teams) == 1:
        return next(iter(policy.teams))
    if name is None or name not in policy.teams:
        names = ", ".join(policy.teams) or "none; add [teams.NAME]"
        wrong = "Name one of the policy's teams" if name is None else f"The policy has no team {name!r}"
        raise SettingsInvalid(f"{wrong}; it has: {names}.")
    return name
