"""What a page of the portal says, and what history kept of it."""

import re
from typing import Any

from pops.core.accounts.models import Guarantor


def text_of(answer: Any) -> str:
    """Its words, without what marks them up."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def last_event(guarantor: Guarantor) -> tuple[Any, dict[str, Any]]:
    """The last change of a guarantor that was kept, and who made it why."""
    event = Guarantor.pgh_event_model.objects.filter(pgh_obj_id=guarantor.pk).latest("pgh_id")
    return event, event.pgh_context.metadata
