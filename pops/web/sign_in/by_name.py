"""Signing in from the practice's website: who doesn't know their address on file says a name and a fact.

Nobody is told what was wrong, nor whether anything was: the page that waits for the code comes to all, after the same
work. The code goes to the address or the phone on file, which no page names.
"""

import hashlib
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from pops.core.access.models import User
from pops.logins.by_name import Said, find_person_by_name, fold
from pops.web.sign_in.by_code import AskView, CodeProcess
from pops.web.sign_in.forms import TEXT, ChoosesWay
from pops.web.sign_in.limits import BY_NAME, count
from pops.web.sign_in.person import HINT

# Where nobody reads: the mail to it is written and taken back.
NOWHERE = "nobody@system.invalid"


class NameForm(ChoosesWay):
    """What a guarantor knows of themselves. Cleans to `user`, who may be nobody, and `said`."""

    first = forms.CharField(max_length=100, error_messages={"required": "Enter your first name."})
    last = forms.CharField(max_length=200, error_messages={"required": "Enter your last name."})
    fact = forms.CharField(max_length=100, error_messages={"required": "Enter a date of birth or your account number."})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            said = fold(first=data["first"], last=data["last"], fact=data["fact"])
            count(BY_NAME, said.name)
            data.update(user=find_person_by_name(said), said=_digest(said))
        return data


class NameView(AskView):
    """Where they say it."""

    template_name = "account/by_name.html"
    extra_context = {"fact_hint": HINT}

    def get_form_class(self) -> type[forms.Form]:
        return NameForm

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        user: User | None = data["user"]
        facts = {"email": user.email if user else NOWHERE, "said": data["said"], "by_text": data.get("by") == TEXT}
        CodeProcess.begin(request=self.request, user=user, **facts)
        return redirect(self.get_success_url())


def _digest(said: Said) -> str:
    """What codes belong to and limits count by: it names nobody where it is kept."""
    text = "\n".join([said.name, *map(str, sorted(said.dates)), *sorted(said.numbers)])
    return "name." + hashlib.sha256(text.encode()).hexdigest()
