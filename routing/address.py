"""Whether a text is a whole web address, with a host that there can be."""

import re
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

LONGEST_HOST = 253
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
"""A part of a host's name (RFC 1035, section 2.3.1, and the underscores that are in use)."""


def is_web_address(value: str) -> bool:
    """Whether it is an http or https address in full, without blanks and control characters."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = value.isprintable() and " " not in value
    return parts.scheme in {"http", "https"} and port != 0 and is_plain and _is_host(host)


def _is_host(host: str) -> bool:
    try:
        if ":" in host:
            return bool(ip_address(host))
        name = host.removesuffix(".").encode("idna").decode().lower()
        if name.count(".") == 3 and name.rpartition(".")[2].isdigit():  # 2130706433 is a host, too
            return bool(IPv4Address(name))
    except ValueError:  # no address; an empty or too long part of a name
        return False
    return len(name) <= LONGEST_HOST and all(map(LABEL.fullmatch, name.split(".")))
