"""Which scopes the packaged Slack manifest asks for."""

from itertools import takewhile

from bot.starter.files import MANIFEST, template


def wanted_scopes() -> frozenset[str]:
    """The bot scopes of the manifest."""
    return scopes_of(template(MANIFEST))


def scopes_of(manifest: str) -> frozenset[str]:
    """The bot scopes in the text of a manifest: the list under `oauth_config`, `scopes`, `bot`."""
    lines = (line.split("#")[0].strip() for line in manifest.splitlines())
    lines = (line for line in lines if line)
    for key in ("oauth_config:", "scopes:", "bot:"):
        next((line for line in lines if line == key), None)
    return frozenset(line.removeprefix("- ") for line in takewhile(lambda line: line.startswith("- "), lines))
