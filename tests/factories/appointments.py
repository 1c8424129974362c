import datetime as dt

import factory
from factory.django import DjangoModelFactory

from pops.appointments.models import AppointmentRequest
from pops.core.accounts.models import Appointment
from tests.factories.accounts import GuarantorFactory, PatientFactory, UserFactory
from tests.moments import NOON


class AppointmentFactory(DjangoModelFactory):
    """Agreed for the day after NOON."""

    class Meta:
        model = Appointment

    number = factory.Sequence(lambda n: f"AP-{n}")
    patient = factory.SubFactory(PatientFactory)
    starts_at = dt.datetime(2026, 3, 3, 19, 30, tzinfo=dt.UTC)
    visit_type = "Office visit"


class AppointmentRequestFactory(DjangoModelFactory):
    """A wish for a patient of the guarantor's that waits."""

    class Meta:
        model = AppointmentRequest

    guarantor = factory.SubFactory(GuarantorFactory)
    patient = factory.SubFactory(PatientFactory, guarantor=factory.SelfAttribute("..guarantor"))
    wishes = "Any Tuesday"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = NOON
