"""Queries whose SQL is made once find what they would find if Django made it each time."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, Patient
from pops.core.prepared import Prepared
from tests.factories.accounts import GuarantorFactory, PatientFactory
from tests.factories.staff import DESK, member

pytestmark = pytest.mark.django_db


def test_each_asking_has_its_own_values():
    patients = Prepared(lambda guarantor, name: Patient.objects.filter(name=name, guarantor=guarantor))
    first, second = PatientFactory(name="Ida"), PatientFactory(name="Nils")

    found = [patients.find(guarantor=one.guarantor_id, name=one.name) for one in (first, second, first)]

    assert found == [first, second, first]
    assert found[0].name == "Ida"
    assert patients.find(guarantor=first.guarantor_id, name="Nils") is None


def test_what_a_query_adds_is_an_attribute():
    with_patient = Exists(Patient.objects.filter(guarantor=OuterRef("pk")))
    accounts = Prepared(lambda pk: Guarantor.objects.filter(pk=pk).annotate(has_patient=with_patient))

    assert accounts.find(pk=PatientFactory().guarantor_id).has_patient
    assert not accounts.find(pk=GuarantorFactory().pk).has_patient


def test_it_asks_one_query_and_makes_its_sql_once(django_assert_num_queries):
    written = []

    def write(pk):
        written.append(pk)
        return Guarantor.objects.filter(pk=pk)

    accounts = Prepared(write)
    for guarantor in (GuarantorFactory(), GuarantorFactory()):
        with django_assert_num_queries(1):
            accounts.find(pk=guarantor.pk)
    assert len(written) == 1


def test_rights_are_read_in_one_query_and_are_those_that_django_finds(django_assert_num_queries):
    user = member(DESK)
    user.user_permissions.add(Permission.objects.get(codename="reset_sign_in"))
    mine, djangos = User.objects.get(pk=user.pk), User.objects.get(pk=user.pk)

    with django_assert_num_queries(1):
        assert mine.has_perm("access.reset_sign_in")
        assert mine.has_perm("receipts.take_payment")
    assert mine.get_all_permissions() == ModelBackend().get_all_permissions(djangos)


def test_who_is_switched_off_has_no_rights():
    assert member(DESK, is_active=False).get_all_permissions() == set()
