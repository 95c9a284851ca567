"""The secrets and bearer keys of services, read from the variables that the policy names."""

import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from bot.errors import SettingsInvalid
from bot.settings import Secrets
from routing.policy import Service

SHORTEST_KEY = 16
SECRET_FORM = "put the base64 of at least 16 random bytes there, with or without the prefix whsec_."  # noqa: S105


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The services' secrets, each with its service's name, and their names by the hashes of their keys."""

    webhooks: tuple[tuple[str, Webhook], ...]
    bearers: Mapping[bytes, str]


def variables(service: Service) -> tuple[str, ...]:
    """Those that hold its secrets and keys."""
    return (*service.secret_env, *service.bearer_env)


def keys_of(services: Mapping[str, Service], secrets: Secrets) -> ServiceKeys:
    """What the services sign with; raises SettingsInvalid for a secret missing, malformed or shared."""
    webhooks: list[tuple[str, Webhook]] = []
    bearers: dict[bytes, str] = {}
    owners: dict[str, str] = {}
    for name, service in services.items():
        for variable in service.secret_env:
            value, place = secrets.get(variable), secrets.place(variable)
            _claim(owners, value, name, place)
            webhooks.append((name, webhook(value, place)))
        for variable in service.bearer_env:
            value, place = secrets.get(variable), secrets.place(variable)
            _claim(owners, value, name, place)
            # By its hash: a look-up by the key itself tells by its time how much of a guess is right.
            bearers[_key_digest(value, place)] = name
    return ServiceKeys(tuple(webhooks), bearers)


def webhook(secret: str, variable: str) -> Webhook:
    """The signer of `secret`; raises SettingsInvalid naming the `variable` it came from."""
    try:
        raw = secret.removeprefix("whsec_")
        is_long_enough = (
            len(binascii.a2b_base64(raw + "=" * (-len(raw) % 4), strict_mode=True)) >= SHORTEST_KEY
        )
        signer = Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise SettingsInvalid(f"{variable} is not base64: {SECRET_FORM}") from None
    if not is_long_enough:
        raise SettingsInvalid(f"{variable} is too short: {SECRET_FORM}")
    return signer


def _claim(owners: dict[str, str], value: str, service: str, variable: str) -> None:
    owner = owners.setdefault(value, service)  # who shares a secret could post as the other
    if owner != service:
        raise SettingsInvalid(
            f"{variable} holds the same secret for {owner} and {service}; give each its own."
        )


def _key_digest(key: str, variable: str) -> bytes:
    if len(key) < SHORTEST_KEY:
        raise SettingsInvalid(
            f"{variable} is too short for a bearer key; give at least {SHORTEST_KEY} characters."
        )
    return hashlib.sha256(key.encode()).digest()
