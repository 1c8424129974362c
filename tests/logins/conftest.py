"""Eleni, and the change of her address that she asked for."""

import datetime as dt

import pytest

from tests.factories.accounts import GuarantorFactory, PatientFactory
from tests.logins.changing import OLD, ask
from tests.moments import NOON


@pytest.fixture
def eleni(practice):
    eleni = GuarantorFactory(name="Eleni Papadopoulou", account_number="48245", email=OLD)
    PatientFactory(guarantor=eleni, birth_date=dt.date(1975, 8, 30))
    return eleni


@pytest.fixture
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def change(eleni, dana):
    return ask(eleni, dana)
