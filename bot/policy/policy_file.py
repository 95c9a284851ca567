"""Reads the policy from its file."""

from pathlib import Path

from routing.errors import InvalidPolicy
from routing.policy import Policy, load_policy


def read_policy(path: Path, origin: str = "") -> Policy:
    """The policy in the file; raises InvalidPolicy, also where the file cannot be read.

    `origin` is where SECONDLOOK_POLICY is set, in words.
    """
    return load_policy(read_text(path, origin), str(path))


def read_text(path: Path, origin: str = "") -> str:
    """What stands in the file; raises InvalidPolicy where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidPolicy(f"{path}: {error.strerror}; {_mend(path, origin)}.") from error
    except UnicodeDecodeError as error:
        raise InvalidPolicy(f"{path}: it is not UTF-8; save it as UTF-8.") from error


def _mend(path: Path, origin: str) -> str:
    source = f"SECONDLOOK_POLICY, set in {origin}, names it" if origin else "SECONDLOOK_POLICY names it"
    start = "" if path.is_absolute() else f". That path starts at {Path.cwd()}; with --env-file, at that file"
    return f"`secondlook init DIR` writes one, {source}{start}"
