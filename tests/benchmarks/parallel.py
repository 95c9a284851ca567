"""Replications on all cores, with a progress bar."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from rich.progress import track

Result = TypeVar("Result")


def spread(work: Callable[..., Result], jobs: Sequence[tuple[Any, ...]], doing: str) -> Iterator[Result]:
    """What `work` gives for each job, in the order of the jobs; `doing` stands before the bar."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        results = [pool.submit(work, *job) for job in jobs]
        for result in track(results, doing, transient=True):
            yield result.result()
