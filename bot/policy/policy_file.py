"""Reads the policy from its file."""

from pathlib import Path

from routing.errors import InvalidPolicy
from routing.policy import Policy, load_policy


def read_policy(path: Path) -> Policy:
    """The policy in the file; raises InvalidPolicy, also where the file cannot be read."""
    return load_policy(read_text(path), str(path))


def read_text(path: Path) -> str:
    """What stands in the file; raises InvalidPolicy where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidPolicy(
            f"{path}: {error.strerror}; `secondlook init DIR` writes one, SECONDLOOK_POLICY names it."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidPolicy(f"{path}: it is not UTF-8; save it as UTF-8.") from error
