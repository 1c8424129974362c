"""Home and Account ask the database the same few questions, however many visits there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import ServiceLineFactory
from tests.factories.statements import statement_of


@pytest.mark.parametrize("address", ["/", "/account/"])
def test_six_questions_with_the_sessions(guarantor, client_of, address):
    for _ in range(25):
        ServiceLineFactory(guarantor=guarantor)
    statement_of(guarantor)
    client = client_of(guarantor)
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200

    assert len(queries) <= 6, [query["sql"] for query in queries]
