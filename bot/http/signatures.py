"""Tells which service sent a request: by the secret that signed it, or by its bearer key."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from standardwebhooks.webhooks import WebhookVerificationError

from bot.http.problems import RequestFault, RequestRefused
from bot.http.service_keys import keys_of, variables
from bot.settings import Secrets
from routing.policy import Policy

LONGEST_SIGNATURES = 2_048
WEBHOOK_ID = re.compile(r"[\x21-\x7e]{1,200}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request's headers claim, in a form worth checking; no claim has been verified."""

    webhook_id: str | None
    signed: Mapping[str, str] | None = field(repr=False)
    bearer: str | None = field(repr=False)


def read_credentials(headers: Mapping[str, str]) -> Credentials:
    """The credentials in the headers; raises RequestRefused (401) where there are none of the right form.

    Costs nothing worth a flood: the body has not been read.
    """
    webhook_id = headers.get("webhook-id")
    if webhook_id is not None and not WEBHOOK_ID.fullmatch(webhook_id):
        raise unauthorized("webhook-id", "send 1 to 200 visible ASCII characters")
    signature = headers.get("webhook-signature")
    if signature is not None:
        return Credentials(webhook_id, _signed(headers, webhook_id, signature), None)
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return Credentials(webhook_id, None, key.strip())
    raise unauthorized("webhook-signature", "sign the request (standardwebhooks.com) or send a bearer key")


def _signed(headers: Mapping[str, str], webhook_id: str | None, signature: str) -> dict[str, str]:
    timestamp = headers.get("webhook-timestamp", "")
    if webhook_id is None:
        raise unauthorized("webhook-id", "send the id that was signed")
    if not TIMESTAMP.fullmatch(timestamp):
        raise unauthorized("webhook-timestamp", "send whole seconds since 1970")
    if len(signature) > LONGEST_SIGNATURES:
        raise unauthorized("webhook-signature", f"send at most {LONGEST_SIGNATURES} characters")
    return {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


class Services:
    """The live secrets and bearer keys of every service; knows a caller by which of them fits."""

    def __init__(self, policy: Policy, secrets: Secrets) -> None:
        """Read the secrets the policy names; raises SettingsInvalid: any is missing, malformed or shared."""
        self._secrets = secrets
        self._keys = keys_of(policy.services, secrets)

    def __repr__(self) -> str:
        keys = self._keys
        return f"Services({sorted({name for name, _ in keys.webhooks} | set(keys.bearers.values()))})"

    def missing(self, policy: Policy) -> tuple[str, ...]:
        """The variables that the policy names and that this process was started without."""
        named = [variable for service in policy.services.values() for variable in variables(service)]
        return tuple(dict.fromkeys(self._secrets.missing(named)))

    def check(self, policy: Policy) -> None:
        """Raises SettingsInvalid where a secret of the policy is missing, malformed or shared."""
        keys_of(policy.services, self._secrets)

    def follow(self, policy: Policy) -> None:
        """From now on know the policy's services, but for those with a secret missing here.

        Raises SettingsInvalid as at the start, and then goes on with those before.
        """
        lacking = set(self.missing(policy))
        services = policy.services.items()
        whole = {name: service for name, service in services if lacking.isdisjoint(variables(service))}
        # A single assignment: other threads see the keys before or after, never a mixture.
        self._keys = keys_of(whole, self._secrets)

    def identify(self, credentials: Credentials, body: bytes) -> str:
        """The service that sent `body`; raises RequestRefused (401) where no live secret fits.

        A signature is tried against every secret: an HMAC each, compared in constant time. A bearer key is
        looked up by its hash, so that how long it takes says nothing about the keys.
        """
        if credentials.signed is not None:
            return self._signer(credentials.signed, body)
        digest = hashlib.sha256((credentials.bearer or "").encode()).digest()
        service = self._keys.bearers.get(digest)
        if service is None:
            raise unauthorized("authorization", "no service has this bearer key")
        return service

    def _signer(self, signed: Mapping[str, str], body: bytes) -> str:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise unauthorized("webhook-signature", "the body is not UTF-8") from None
        reason = "no secret is configured"
        # All of them, as nothing in a signed request says whose it
        # is; and a service may have several while it rotates.
        for service, verifier in self._keys.webhooks:
            try:
                verifier.verify(text, dict(signed), json_parse=False)
            except (WebhookVerificationError, ValueError) as error:  # ValueError: malformed base64 or list
                reason = str(error) if isinstance(error, WebhookVerificationError) else "malformed signature"
                continue
            return service
        raise unauthorized("webhook-signature", reason)


def unauthorized(header: str, message: str) -> RequestRefused:
    """A 401 about a header."""
    headers = {"www-authenticate": "Bearer"}
    return RequestRefused(401, RequestFault(("header", header), message, "unauthorized"), headers=headers)
