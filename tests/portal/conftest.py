import datetime as dt

import pytest

from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from tests.factories.accounts import GuarantorFactory, PatientFactory


@pytest.fixture
def eleni(practice: Practice) -> Guarantor:
    """Who changes what she may say of herself."""
    facts = {"account_number": "48245", "email": "eleni@example.com", "phone": "(555) 010-3000"}
    eleni: Guarantor = GuarantorFactory(name="Eleni Papadopoulou", **facts)
    return eleni


@pytest.fixture
def maria(practice: Practice) -> Guarantor:
    """Who signs in by her name and a fact on file."""
    maria: Guarantor = GuarantorFactory(name="María Álvarez", account_number="48210", email="maria@example.com")
    PatientFactory(guarantor=maria, name="María Álvarez", birth_date=dt.date(1984, 3, 1))
    return maria
