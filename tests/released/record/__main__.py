"""Records this version: `uv run python -m tests.released.record v0_1` writes its folder, whole."""

import logging
import sys
import tempfile
from pathlib import Path

import structlog

from tests.released.dumps import dump_postgres, dump_sqlite
from tests.released.record.folder import write
from tests.released.record.recording import Recording, record
from tests.released.versions import FOLDER
from tests.worlds.postgres import fresh_database, make_template, running


def main(name: str) -> None:
    """Live through the story on both databases, and keep what comes of it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, running() as server:
        path = Path(folder) / "recorded.sqlite3"
        recordings: dict[str, Recording] = {}
        recordings["sqlite"] = record(f"sqlite:///{path}", lambda: dump_sqlite(path))
        make_template(server)
        with fresh_database(server, "recorded") as url:
            recordings["postgresql"] = record(url, lambda: dump_postgres(server, "recorded"))
        write(FOLDER / name, recordings, server)


if __name__ == "__main__":
    main(*sys.argv[1:])
