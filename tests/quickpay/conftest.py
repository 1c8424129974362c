from collections.abc import Callable

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from pops.core.accounts.models import Guarantor
from pops.quickpay.models import Link
from pops.quickpay.services import make_link
from tests.factories.accounts import ServiceLineFactory
from tests.moments import NOON


@pytest.fixture
def at_noon(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def owes(guarantor: Guarantor) -> Guarantor:
    """Maria Alvarez owes $125.00."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500, description="Annual physical")
    return guarantor


@pytest.fixture
def token(owes: Guarantor) -> str:
    """That of a link in a text message."""
    return make_link(guarantor=owes, origin=Link.Origin.TEXT, now=NOON)[1]


@pytest.fixture
def enter() -> Callable[[str], Client]:
    """A browser that opened a link and pressed Continue."""

    def enter(token: str) -> Client:
        client = Client()
        answer = client.post("/q/", {"token": token})
        assert (answer.status_code, answer.url) == (302, "/quickpay/")
        return client

    return enter
