"""A batch's pages ask the same few questions however much is in it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.desk import batch_of, count_out, take
from tests.factories.staff import MANAGER, member


@pytest.mark.parametrize(
    "page", ["admin:batches_referencebatch_change", "backoffice:count", "backoffice:close_counted"]
)
def test_at_most_seventeen_queries(page, client_of, practice):
    ruth = member(MANAGER)
    batch = batch_of(ruth)
    for _ in range(12):
        take(ruth)
    count = count_out(batch, ruth)
    address = reverse(page, args=[batch.pk, *([count.pk] if page.endswith("counted") else [])])
    client = client_of(ruth)
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200

    assert len(queries) <= 17, "\n".join(query["sql"][:150] for query in queries)
