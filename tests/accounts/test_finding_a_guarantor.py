"""Who stands at the desk is found by what they say: name, account number, patient, phone."""

import pytest

from pops.core.accounts.search import find_guarantors
from tests.factories.accounts import GuarantorFactory, PatientFactory


@pytest.fixture
def maria(practice):
    maria = GuarantorFactory(name="Maria Alvarez-O'Connell", account_number="48210", phone="(555) 010-3000")
    PatientFactory(guarantor=maria, name="Nguyễn Minh Anh")
    GuarantorFactory(name="Marco Bell", account_number="48217", phone="555 010 3001")
    return maria


@pytest.mark.parametrize(
    "text",
    [
        "maria", "MARIA ALV", "alvarez mar", "O'Connell", "connell", "48210", "(555) 010-3000", "5550103000",
        "010-3000", "3000", "nguyễn", "minh anh", "  maria  ",
    ],
)  # fmt: skip
def test_found(maria, text):
    assert find_guarantors(text) == [maria]


@pytest.mark.parametrize("text", ["", "  ", "aria", "99999", "maria bell", "' OR 1=1 --", ":*", "&|!()<->"])
def test_not_found(maria, text):
    assert find_guarantors(text) == []


def test_several_are_listed_by_name_and_no_more_than_asked_for(maria):
    assert [who.name for who in find_guarantors("mar")] == ["Marco Bell", "Maria Alvarez-O'Connell"]
    assert len(find_guarantors("mar", limit=1)) == 1
