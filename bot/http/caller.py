"""Who calls: the service whose secret or key fits, held to its rate."""

from collections.abc import Callable

from starlette.requests import Request

from bot.http.access import note
from bot.http.rate import Rates
from bot.http.signatures import Services, read_credentials

Caller = Callable[[Request], str]


def caller_of(services: Services, rates: Rates) -> Caller:
    """Gives the service that sent a request without a body; raises Refused (401, 429)."""

    def caller(request: Request) -> str:
        service = services.identify(read_credentials(request.headers), b"")
        note(request.scope, service=service)
        rates.take(service)
        return service

    return caller
