"""Reads multipart forms with the standard library's mail parser."""

from email.parser import BytesParser
from email.policy import HTTP


def form_fields(body: bytes, content_type: str) -> dict[str, bytes]:
    """Each part's name with its bytes; nothing from a form that is none."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parsed = BytesParser(policy=HTTP).parsebytes(head + body)
    if not parsed.is_multipart():
        return {}
    parts = ((part.get_param("name", header="content-disposition"), part) for part in parsed.iter_parts())
    return {str(name): _payload(part.get_payload(decode=True)) for name, part in parts if name}


def _payload(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else b""
