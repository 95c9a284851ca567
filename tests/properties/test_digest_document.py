"""A digest survives being kept, sent and read again, and its CSV is one harmless line per number."""

import csv
import io
import json
from dataclasses import astuple, replace

from hypothesis import HealthCheck, given, settings

from bot.usecases.digest.digest_document import from_document, to_document
from routing.digest.csv import COLUMNS, digest_rows, to_csv
from routing.digest.digest import Digest
from tests.properties.digests import digests

FORMULA = "=+-@＝＋－＠"
SLOWLY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def lines(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(digests)
@SLOWLY
def test_a_digest_is_the_same_after_json(digest: Digest) -> None:
    assert from_document(json.loads(json.dumps(to_document(digest)))) == digest


@given(digests)
@SLOWLY
def test_every_row_is_one_line_that_reads_back(digest: Digest) -> None:
    header, *told = lines(to_csv(digest, str))
    rows = [astuple(row) for row in digest_rows(digest)]
    assert tuple(header) == COLUMNS
    assert len(told) == len(rows)
    for cells, row in zip(told, rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                assert cell.removeprefix("'") == value or cell == value
            else:
                assert (float(cell) if cell else None) == value


@given(digests)
@SLOWLY
def test_no_text_is_a_formula(digest: Digest) -> None:
    rows = [astuple(row) for row in digest_rows(digest)]
    for cells, row in zip(lines(to_csv(digest, str))[1:], rows, strict=True):
        texts = [cell for cell, value in zip(cells, row, strict=True) if isinstance(value, str)]
        assert [text for text in texts if text.strip()[:1] and text.strip()[0] in FORMULA] == []
        assert [text for text in texts if text[:1] in set("\t\r\n")] == []


@given(digests)
@SLOWLY
def test_a_digest_kept_before_rules_were_counted_is_still_read(digest: Digest) -> None:
    document = to_document(digest)
    del document["unreadable"]
    assert from_document(document) == replace(digest, unreadable=())
