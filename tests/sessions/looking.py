"""Staff look at an account in a mirror."""

from typing import Any

from django.test import Client

from pops.core.accounts.models import Guarantor
from pops.sessions.models import PortalSession

REASON = "On the phone about the bill of June"


def open_mirror(client: Client, guarantor: Guarantor, reason: str = REASON) -> str:
    """Where the mirror's pages begin, opened as staff do."""
    answer: Any = client.post(f"/admin/desk/accounts/{guarantor.pk}/mirror/", {"reason": reason})
    assert answer.status_code == 302, answer.content
    assert answer.url == f"/mirror/{PortalSession.objects.latest('pk').pk}/"
    return str(answer.url)
