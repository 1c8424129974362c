"""Accounts of all kinds in one call: what they name may be in the same call, in whatever order."""

from collections.abc import Iterator
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.imports.kinds import KINDS
from pops.web.api.idempotency import once
from pops.web.api.schema import operation
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import RIGHT, WRITE, BringsRows, reader_of
from pops.web.api.v1.accounts.rows import Item, say_counts, say_result
from pops.web.api.v1.accounts.said import ITEMS, MixedBody, MixedResultShape

SAID: dict[str, Any] = {
    "encounters": [examples.SAID_ENCOUNTER],
    "statements": [examples.SAID_STATEMENT],
    "patients": [examples.SAID_PATIENT],
    "guarantors": [examples.SAID_GUARANTOR],
}
RESULTS: dict[str, Any] = {
    "guarantors": [examples.result("00123")],
    "patients": [examples.result("P-1")],
    "statements": [examples.result("S-1")],
    "encounters": [examples.result("67563", "67563-1")],
    "service_lines": [],
    "appointments": [],
}


class MixedAccounts(BringsRows):
    """Up to a thousand guarantors, patients, statements, visits, charges and appointments at once."""

    scopes = {"POST": WRITE}
    rights = {"POST": RIGHT}

    @operation(
        "bring_accounts",
        "Bring rows of several kinds that name each other",
        asks=MixedBody,
        asked=SAID,
        gives=MixedResultShape,
        example={"counts": {**examples.COUNTS, "created": 5}, "results": RESULTS},
    )
    @once
    def post(self, request: Request) -> Response:
        items = list(self._read_items())
        outcomes = self.bring([item for _, item in items], is_whole=False)
        told = iter(outcomes)
        results: dict[str, list[Any]] = {name: [] for name in KINDS}
        for name, item in items:
            results[name].append(say_result(item, told))
        return Response({"counts": say_counts(outcomes), "results": results})

    def _read_items(self) -> Iterator[tuple[str, Item]]:
        body = self.read(MixedBody)
        for name, kind in KINDS.items():
            reader = reader_of(kind, ITEMS[name])
            for said in body.get(name, ()):
                yield name, reader.read(said)
