"""`secondlook`, only that a claim is given up after a second: a story cannot wait for half a minute."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from bot import cli
from tests.scenarios.world import AT_ONCE

HASTY = replace(AT_ONCE, lease=timedelta(seconds=1), unknown_for=timedelta(seconds=1))

if __name__ == "__main__":
    with patch("bot.process.wiring.tempo_of", lambda _clock: HASTY):
        cli.main()
