import datetime as dt

import factory
from factory.django import DjangoModelFactory

from pops.core.practice.models import Facility, Group, Practice, Provider


class PracticeFactory(DjangoModelFactory):
    """An open practice; `opened_at=None` for one that is still set up."""

    class Meta:
        model = Practice
        django_get_or_create = ("id",)

    id = 1
    name = "Lakeside Family Medicine"
    time_zone = "America/New_York"
    phone = "(555) 010-2000"
    opened_at = dt.datetime(2026, 1, 5, 14, 0, tzinfo=dt.UTC)


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Group {n}")
    email_receipts = True


class FacilityFactory(DjangoModelFactory):
    class Meta:
        model = Facility

    name = "Lakeside Main Clinic"


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = Provider

    name = "Priya Raman, MD"
