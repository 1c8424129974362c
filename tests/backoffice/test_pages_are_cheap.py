"""A batch's pages ask the same few questions however much is in it, and no page asks what it does not show."""

from unittest import mock

import pytest
from django.contrib.admin import AdminSite
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


def test_a_page_without_the_lists_of_the_back_office_does_not_put_them_together(client_of, practice):
    client = client_of(member(MANAGER))

    with mock.patch.object(AdminSite, "_build_app_dict", return_value={}) as build:
        assert client.get(reverse("backoffice:my_batch")).status_code == 200
        assert not build.called
        assert client.get(reverse("admin:app_list", args=["practice"])).status_code == 404
        assert build.called
