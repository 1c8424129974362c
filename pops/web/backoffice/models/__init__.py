"""What the back office keeps for itself."""

from pops.web.backoffice.models.desk import Desk
from pops.web.backoffice.models.inbox import InboxRemark
from pops.web.backoffice.models.sent_form import SentForm
from pops.web.backoffice.models.trial import Trial

__all__ = ["Desk", "InboxRemark", "SentForm", "Trial"]
