import factory
from factory.django import DjangoModelFactory

from pops.core.practice.models import Facility, Group, Practice, Provider


class PracticeFactory(DjangoModelFactory):
    class Meta:
        model = Practice
        django_get_or_create = ("id",)

    id = 1
    name = "Lakeside Family Medicine"
    time_zone = "America/New_York"
    phone = "(555) 010-2000"


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
