import datetime as dt

import factory
from factory.django import DjangoModelFactory

from pops.core.access.models import User
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine, Statement
from tests.factories.practice import FacilityFactory, GroupFactory, ProviderFactory


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    name = "Sam Taylor"
    password = "!"


class GuarantorFactory(DjangoModelFactory):
    class Meta:
        model = Guarantor

    account_number = factory.Sequence(lambda n: str(40000 + n))
    group = factory.SubFactory(GroupFactory)
    name = "Maria Alvarez"
    email = factory.LazyAttribute(lambda guarantor: f"guarantor{guarantor.account_number}@example.com")
    user = factory.SubFactory(UserFactory, email=factory.SelfAttribute("..email"), name=factory.SelfAttribute("..name"))


class PatientFactory(DjangoModelFactory):
    class Meta:
        model = Patient

    guarantor = factory.SubFactory(GuarantorFactory)
    name = "Leo Alvarez"


class EncounterFactory(DjangoModelFactory):
    class Meta:
        model = Encounter

    number = factory.Sequence(lambda n: 67000 + n)
    patient = factory.SubFactory(PatientFactory)
    provider = factory.SubFactory(ProviderFactory)
    facility = factory.SubFactory(FacilityFactory)


class StatementFactory(DjangoModelFactory):
    class Meta:
        model = Statement

    guarantor = factory.SubFactory(GuarantorFactory)
    statement_date = dt.date(2026, 2, 15)
    balance_cents = 0


class ServiceLineFactory(DjangoModelFactory):
    """A charge of $100.00 that is all the patient's, unless told otherwise."""

    class Meta:
        model = ServiceLine

    class Params:
        guarantor = factory.SubFactory(GuarantorFactory)

    encounter = factory.SubFactory(EncounterFactory, patient__guarantor=factory.SelfAttribute("...guarantor"))
    line_number = factory.Sequence(lambda n: n % 30000 + 1)
    service_date = dt.date(2026, 2, 1)
    description = "Office visit, established patient"
    procedure_code = "99213"
    billed_cents = 10000
