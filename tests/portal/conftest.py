import pytest

from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from tests.factories.accounts import GuarantorFactory


@pytest.fixture
def eleni(practice: Practice) -> Guarantor:
    """Who changes what she may say of herself."""
    facts = {"account_number": "48245", "email": "eleni@example.com", "phone": "(555) 010-3000"}
    eleni: Guarantor = GuarantorFactory(name="Eleni Papadopoulou", **facts)
    return eleni
