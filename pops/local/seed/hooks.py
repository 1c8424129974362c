"""The other program of the demo, which is told of what happens from now on."""

import os

from django.conf import settings

from pops.changes.sequencing import sequence_changes
from pops.core.access.models import User
from pops.subscribers.endpoints import make_endpoint
from pops.subscribers.models import Event


def make_other_program(*, by: User) -> None:
    """An endpoint at the demo's own page of webhooks; none where there is no such page."""
    if "POPS_HOOK_DIR" not in os.environ:
        return
    sequence_changes()  # the sample's past: it is in the feed, and nobody is told of it
    url = f"{settings.SITE_URL}/demo/webhooks/in/"
    make_endpoint(name="Practice system (demo)", url=url, events=Event.values, by=by)
