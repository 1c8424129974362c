"""Staff look at an account in a mirror."""

from typing import Any

from django.test import Client

from pops.core.accounts.models import Guarantor
from pops.sessions.models import PortalSession

REASON = "On the phone about the bill of June"


def open_mirror(client: Client, guarantor: Guarantor, **more: str) -> str:
    """Where the mirror's pages begin, opened as staff do; by_link="on" simulates QuickPay."""
    answer: Any = client.post(f"/admin/desk/accounts/{guarantor.pk}/mirror/", {"reason": REASON, **more})
    assert answer.status_code == 302, answer.content
    mirror = f"/mirror/{PortalSession.objects.latest('pk').pk}/"
    assert answer.url == mirror + ("quickpay/" if more else "")
    return mirror
