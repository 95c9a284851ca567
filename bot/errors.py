"""The errors of the edge: one tree, where a class's docstring is its message."""


class BotError(Exception):
    """Second Look could not do this."""

    def __init__(self, detail: str = "") -> None:
        summary = (type(self).__doc__ or "").strip()
        super().__init__(f"{summary} {detail}".strip())
        self.detail = detail


class SettingsInvalid(BotError):
    """The settings are incomplete or wrong."""
