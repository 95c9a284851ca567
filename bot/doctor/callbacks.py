"""Whether the services' callback addresses resolve, are allowed and answer."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from bot.delivery.callbacks.callback_session import AuthorityUnreadable, CallbackSession
from bot.doctor.finding import CheckFinding, fail, ok, warn
from routing.policy import Policy

CONNECT_SECONDS = 5.0
ALLOW = "Use a public address, or set allow_private_callbacks = true in the policy."

START = "Start it, or open the way to it. Decisions are tried for 3 days, and GET /v1/decisions has them too."


def check_callbacks(policy: Policy) -> tuple[CheckFinding, ...]:
    """A finding for each service with a callback address."""
    return tuple(
        check_callback(
            f"callback {name}",
            service.callback_url,
            allow_private=policy.allow_private_callbacks,
            ca_file=service.ca_file,
            proxy=service.proxy,
        )
        for name, service in policy.services.items()
        if service.callback_url
    )


def check_callback(
    name: str, url: str, *, allow_private: bool, ca_file: str | None = None, proxy: str | None = None
) -> CheckFinding:
    """Whether `url`, or its proxy, resolves, is public unless others are allowed, and answers a HEAD."""
    host = urlsplit(proxy or url).hostname or ""
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: a part of the name is empty or longer than 63 characters
        return fail(
            name, f"{host} does not resolve.", "Check callback_url in the policy, and this machine's DNS."
        )
    addresses = {str(address[0]).split("%")[0] for *_, address in entries}
    private = sorted(address for address in addresses if not ip_address(address).is_global)
    if private and not allow_private:
        return fail(name, f"{host} is a private address ({private[0]}); callbacks there are refused.", ALLOW)
    return _answer(name, url, CallbackSession(allow_private=allow_private, ca_file=ca_file, proxy=proxy))


def _answer(name: str, url: str, session: CallbackSession) -> CheckFinding:
    where = urlsplit(url).netloc.rpartition("@")[2]
    try:
        # The sender's session checks what it connects to: DNS may answer otherwise than a moment ago.
        with session:
            status = session.head(url, timeout=(CONNECT_SECONDS, CONNECT_SECONDS)).status_code
    except AuthorityUnreadable as error:
        return fail(name, f"Its ca_file cannot be read here: {error}.", "Mend the file or its path.")
    except requests.RequestException as error:
        return warn(name, f"{where} does not answer ({type(error).__name__}).", START)
    return ok(name, f"{where} answers ({status} to HEAD)")
