"""Whether the policy can be read, the secrets it names are set, and the draws have a key."""

from pathlib import Path

from bot.doctor.finding import CheckFinding, fail, ok
from bot.errors import SettingsInvalid
from bot.http.service_keys import keys_of
from bot.policy.policy_file import read_policy
from bot.settings import Secrets, Settings
from routing.errors import InvalidPolicy
from routing.policy import Policy


def check_policy(path: Path, origin: str = "") -> tuple[Policy | None, CheckFinding]:
    """The policy, if it can work as written."""
    try:
        policy = read_policy(path, origin)
    except InvalidPolicy as error:
        return None, fail(
            "policy", error.detail.strip(), f"Correct {path}; try `secondlook policy check {path}`."
        )
    return policy, ok("policy", f"{path}: {', '.join(policy.tasks)}; version {policy.version}")


def check_draw_key(settings: Settings) -> CheckFinding:
    """Whether the draws have a key."""
    if settings.draw_key is None:
        return fail(
            "draw key",
            "SECONDLOOK_DRAW_KEY is not set: nothing could be drawn to be checked.",
            "Put 32 random characters there; `secondlook init` writes one.",
        )
    return ok("draw key", "set")


def check_secrets(policy: Policy, secrets: Secrets) -> tuple[CheckFinding, ...]:
    """Whether each service of the policy has its secrets, well-formed and its own."""
    named = {name: (*service.secret_env, *service.bearer_env) for name, service in policy.services.items()}
    missing = tuple(
        fail(f"service {name}", f"{variable} is not set.", "Put the service's secret in that variable.")
        for name, variables in named.items()
        for variable in secrets.missing(variables)
    )
    if missing:
        return missing
    try:
        keys_of(policy.services, secrets)
    except SettingsInvalid as error:
        return (fail("service secrets", error.detail, "`secondlook init` shows what a good one looks like."),)
    return (ok("service secrets", f"set for {', '.join(named) or 'no service'}"),)
