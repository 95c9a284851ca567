"""Reads files of NAME=value lines as a shell does that sources them: quotes, comments, `export`."""

import re
from pathlib import Path

from bot.errors import SettingsInvalid

LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")
# What follows a blank and a number sign is a comment; within a word the sign is a letter, as in a password.
COMMENT = re.compile(r"(?:^|\s)#(?=\s|$).*|\s#.*")
QUOTED = re.compile(r"""\s*(?:'(?P<plain>[^']*)'|"(?P<escaped>(?:[^"\\]|\\.)*)")\s*(?:\s#.*)?""")
ESCAPE = re.compile(r'\\(["\\$`])')


def read_env_file(path: Path) -> dict[str, str]:
    """The variables that the file sets; comments, blank lines and what is no assignment are passed over.

    A missing file sets none. Raises SettingsInvalid for a file that cannot be read, and for quotes that are
    not closed or do not hold the whole value.
    """
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsInvalid(f"{path} cannot be read: {reason}.") from None
    matches = ((number, LINE.fullmatch(line)) for number, line in enumerate(lines, start=1))
    return {match[1]: _value(match[2], f"{path}, line {number}") for number, match in matches if match}


def _value(text: str, where: str) -> str:
    quoted = QUOTED.fullmatch(text)
    if quoted is not None:
        plain, escaped = quoted["plain"], quoted["escaped"]
        return ESCAPE.sub(r"\1", escaped) if plain is None else plain
    if text.lstrip()[:1] in {"'", '"'}:
        # The value stays unsaid: it may be a secret.
        raise SettingsInvalid(f"{where}: put the whole value into one pair of quotes, or into none.")
    return COMMENT.sub("", text).strip()
