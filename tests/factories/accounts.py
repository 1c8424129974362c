import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from pops.core.access.models import User
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine, Statement
from pops.logins.models import AccountLogin
from pops.logins.selectors import find_own_login
from tests.factories.practice import FacilityFactory, GroupFactory, ProviderFactory


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    name = "Sam Taylor"
    password = "!"


def link(guarantor: Guarantor, user: User, *, is_own: bool = False) -> AccountLogin:
    """Let a login open an account."""
    return AccountLogin.objects.create(guarantor=guarantor, user=user, is_own=is_own)


def login_of(guarantor: Guarantor) -> User:
    """The guarantor's own login."""
    user = find_own_login(guarantor)
    assert user is not None
    return user


class GuarantorFactory(DjangoModelFactory):
    """A guarantor with a login of their own, by their address; `login=False` for none."""

    class Meta:
        model = Guarantor
        skip_postgeneration_save = True

    account_number = factory.Sequence(lambda n: str(40000 + n))
    group = factory.SubFactory(GroupFactory)
    name = "Maria Alvarez"
    email = factory.LazyAttribute(lambda guarantor: f"guarantor{guarantor.account_number}@example.com")

    @factory.post_generation
    def login(self, create: bool, given: Any, **facts: Any) -> None:
        if create and given is None:
            guarantor: Any = self  # made by now
            link(guarantor, UserFactory(email=guarantor.email, name=guarantor.name), is_own=True)


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
