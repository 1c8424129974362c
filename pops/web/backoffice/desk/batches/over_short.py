"""Over and short by person and weekday, in a span of days."""

import datetime as dt
from typing import Any

from django import forms

from batches.over_short import tally_over_short
from pops.web.backoffice.desk.action import DeskPage
from pops.web.backoffice.fields import DATE_INPUT

DAYS = 90
LONGEST_DAYS = 3 * 366


class SpanForm(forms.Form):
    """From which day until which."""

    since = forms.DateField(label="From", widget=DATE_INPUT, error_messages={"required": "Enter the first day."})
    until = forms.DateField(label="Until", widget=DATE_INPUT, error_messages={"required": "Enter the last day."})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", "Choose a day that is not before the first one.")
        elif since and until and (until - since).days > LONGEST_DAYS:
            self.add_error("since", "Choose three years at most.")
        return data


class OverAndShort(DeskPage):
    """What was over and short at the closes: whose drawer, and on which weekdays."""

    rights = ("batches.see_over_short",)
    template_name = "backoffice/over_short.html"
    title = "Over and short"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        usual = {"since": self.today - dt.timedelta(days=DAYS), "until": self.today}
        asked = {name: self.request.GET[name] for name in usual if name in self.request.GET}
        form = SpanForm({**usual, **asked})
        span = form.cleaned_data if form.is_valid() else usual
        return super().get_context_data(form=form, span=span, found=tally_over_short(**span), **context)
