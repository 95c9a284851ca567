"""HTTP to addresses that others chose: no private networks, no redirects, bounded time and bytes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_address
from ssl import create_default_context
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidURL, ProxyError
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationValueError
from urllib3.response import HTTPResponse

USER_AGENT = "SecondLook-Callback/1"
BODY_LIMIT = 4096
CHUNK = 1024
PROXY_PORT = 80
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is routed on the Internet (IANA's registry of the IPv6 address space, RFC 4291 section 2.4).

Outside lie the forms that carry an IPv4 address, such as `::10.0.0.1` and `::ffff:0:10.0.0.1`, NAT64 and the
site-local addresses; 6to4, which lies inside, is refused by requests-hardened.
"""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, between two bytes, and for the whole answer."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answered; `excerpt` is the beginning of its body, for the log of a dead letter."""

    status: int
    excerpt: str


def _refuse_carrier(host: str) -> None:
    address = ip_address(host.strip("[]"))
    if address.version == 6 and address not in GLOBAL_UNICAST:
        raise InvalidIPAddress(address)


class PublicAdapter(IPFilterAdapter):  # type: ignore[misc]  # requests-hardened has no types here
    """Connects to public addresses only: what a name resolves to is what is checked and called."""

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Where to connect to; raises InvalidIPAddress for an address that is not public."""
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        _refuse_carrier(host["host"])
        return host, pool


class AuthorityUnreadable(requests.RequestException):
    """The file of authorities cannot be read as certificates."""


class CallbackSession(requests.Session):
    """Posts to addresses chosen by others; private addresses are refused at connect time unless allowed.

    With a `proxy` (http) it connects to that alone, so that the proxy's address is what is checked. `ca_file`
    takes the place of the usual authorities.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        patience: Patience | None = None,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        super().__init__()
        self._proxy, self._allow_private = proxy, allow_private
        self.verify = ca_file or True
        self._patience = patience or Patience()
        self.trust_env = False  # a proxy from the environment would reach what the filter refuses
        self.headers["User-Agent"] = USER_AGENT
        for scheme in ("http", "https"):
            # Through a proxy that is all we connect to; `request` checks its address.
            is_free = allow_private or proxy is not None
            self.mount(f"{scheme}://", _adapter(scheme, self._patience.total, allow_private=is_free))

    def request(self, *arguments: Any, **named: Any) -> requests.Response:
        """As requests does it, once the file of authorities is read and the proxy's address checked.

        Raises requests.RequestException.
        """
        if isinstance(self.verify, str):
            try:
                create_default_context(cafile=self.verify)
            except OSError as error:
                raise AuthorityUnreadable(str(error)) from error
        if self._proxy is not None:
            address = self._proxy if self._allow_private else _public(self._proxy)
            named["proxies"] = {"http": address, "https": address}
        return super().request(*arguments, **named)

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  requests asks
        """None: a redirect is an answer like another (requests would read its whole body first)."""
        return None

    def deliver(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Post `body`; raises requests.RequestException where no answer came in time."""
        ends = time.monotonic() + self._patience.total
        timeout = (self._patience.connect, self._patience.read)
        try:
            response = self.post(
                url, data=body, headers=headers, stream=True, timeout=timeout, allow_redirects=False
            )
        except LocationValueError as error:  # requests lets this error of urllib3's through
            raise InvalidURL(str(error)) from error
        with response:
            return Reply(response.status_code, _excerpt(response, ends))


def _excerpt(response: requests.Response, ends: float) -> str:
    """The first bytes of the body that come before `ends`, as text; the rest stays unread."""
    taken = b""
    try:
        while len(taken) < BODY_LIMIT and time.monotonic() < ends:
            # Not decoded: a few bytes may unpack to gigabytes.
            # `read1`, as `read` waits until the chunk is full.
            piece = response.raw.read1(CHUNK, decode_content=False)
            if not piece:
                break
            taken += piece
    except (OSError, HTTPError):
        pass  # the status has come, and only that counts
    return taken[:BODY_LIMIT].decode("utf-8", "replace")


@contextmanager
def _cut_off(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Shut the connection's socket after `seconds`: a time-out per byte never ends a drip of bytes.

    Raises TimeoutError then, for http.client takes the end of the stream for the end of the head.
    """
    is_late = threading.Event()
    timer = threading.Timer(seconds, _shut, [connection, is_late])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_late.is_set():
        raise TimeoutError


def _shut(connection: HTTPConnection, is_late: threading.Event) -> None:
    is_late.set()
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _pool_classes(seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools with connections that wait at most `seconds` for the whole head of an answer."""

    class Plain(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
            with _cut_off(self, seconds):
                return super().getresponse()

    class Secure(HTTPSConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
            with _cut_off(self, seconds):
                return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class TimedAdapter(HTTPAdapter):
    """Waits for a proxy's answers as for others."""

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        """The connections through a proxy, with our own limits."""
        manager = super().proxy_manager_for(*arguments, **named)
        manager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme
        return manager


def _public(proxy: str) -> str:
    """The proxy by the address that its name resolves to now; raises RequestException unless it is public."""
    parts = urlsplit(proxy)
    port = parts.port or PROXY_PORT
    try:
        address = filter_host(parts.hostname or "", port, allow_loopback=False)
    except (OSError, UnicodeError) as error:
        if isinstance(error, InvalidIPAddress):
            raise
        raise ProxyError(f"{parts.hostname} does not resolve") from error
    _refuse_carrier(address)
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _adapter(scheme: str, seconds: float, *, allow_private: bool) -> HTTPAdapter:
    adapter = TimedAdapter() if allow_private else PublicAdapter(is_https_proto=scheme == "https")
    adapter.poolmanager.pool_classes_by_scheme = _pool_classes(seconds)
    return adapter
