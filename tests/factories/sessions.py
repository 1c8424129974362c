from typing import Any

import factory
from django.contrib.sessions.models import Session
from django.utils import timezone
from factory.django import DjangoModelFactory

from pops.sessions.models import PortalSession
from tests.factories.accounts import GuarantorFactory


class PortalSessionFactory(DjangoModelFactory):
    """A session that is open, of a guarantor who signed in; its Django session isn't there."""

    class Meta:
        model = PortalSession

    guarantor = factory.SubFactory(GuarantorFactory)
    group = factory.SelfAttribute("guarantor.group")
    origin = PortalSession.Origin.DIRECT
    authentication = PortalSession.Authentication.MFA
    key = factory.Sequence(lambda n: f"key{n}")
    started_at = factory.LazyFunction(timezone.now)


def alive(session: PortalSession, *, until: Any) -> PortalSession:
    """With a Django session that ends then."""
    Session.objects.create(pk=session.key, session_data="", expire_date=until)
    return session
