"""Who calls: the service whose secret or key fits, held to its rate."""

from collections.abc import Callable

from starlette.requests import Request

from bot.http.access_log import note
from bot.http.rate_limit import Rates
from bot.http.signatures import Services, read_credentials

Caller = Callable[[Request], str]


def target_of(request: Request) -> bytes:
    """Path and query as they were sent: what a request without a body signs in its place.

    Standard Webhooks signs id, time and body only, so that with an empty body whoever saw a single request
    could read anything else of the service for five minutes.
    """
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path


def caller_of(services: Services, rates: Rates) -> Caller:
    """Gives the service that sent a request without a body; raises RequestRefused (401, 429)."""

    def caller(request: Request) -> str:
        service = services.identify(read_credentials(request.headers), target_of(request))
        note(request.scope, service=service)
        # After the signature: who is not the service must not use its rate up.
        rates.take(service)
        return service

    return caller
