"""What a page shows once and nobody can ask for again: a code, a key, a secret."""

from typing import Any, ClassVar

from django.http import HttpResponse

from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction


class ShowsOnce(DeskAction):
    """An action whose answer is the page with what it made. Sent twice it makes another."""

    shown_by: ClassVar[str]  # the template of that page

    def make(self, form: Any) -> dict[str, Any]:
        """Make it; what its page shows. Raises Refused."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            shown = self.make(form)
        except Refused as refusal:
            return self.refused(form, refusal)
        return self.response_class(self.request, [self.shown_by], self.get_context_data(form=form, **shown))
