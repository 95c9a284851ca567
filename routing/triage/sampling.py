"""Keyed-hash draws: reproducible for whoever has the key, not guessable by anybody else."""

import hmac

PRECISION = 53


def draw(key: bytes, *parts: str) -> float:
    """A number in [0, 1), uniform over keys and parts: the first 53 bits of HMAC-SHA256.

    Every part is preceded by its length, so ("ab", "c") and ("a", "bc") are different draws.
    """
    # JSON may bring lone surrogates, which UTF-8 refuses.
    encoded = (part.encode("utf-8", "surrogatepass") for part in parts)
    message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    digest = hmac.digest(key, message, "sha256")
    # As many bits as a float holds exactly: more of them could round up to 1.
    return float(int.from_bytes(digest[:8], "big") >> (64 - PRECISION)) / float(1 << PRECISION)
