"""Which of the people who share an address is signing in. The code proved the address; a fact on file tells them apart.

Nothing here says who they are, not even how many. It keeps apart who wants to be: whoever reads the mailbox and knows a
spouse's birth date can't be told from the spouse, whose way out is an address of their own.
"""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login, stash_login
from allauth.account.stages import LoginStage
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.generic import FormView

from pops.core.access.models import User
from pops.logins.selectors import find_people, find_person_by_fact
from pops.web.sign_in.limits import FACT, guessing

TRIES = 3
# In the session, from the code on until it is read: whom a name and a fact told apart before.
TOLD = "told_person"
WRONG = "That opens no account. Check it, or use the account number on your statement."
HINT = "The birth date of a patient on your account, such as 03/15/1980, or the number on your statement."
ENDED = "Those answers opened no account. Begin again, or call us."


class PersonStage(LoginStage):
    """Comes after the code, where several people sign in with the address."""

    key = "person"
    urlname = "sign_in_person"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        told = self.request.session.pop(TOLD, None)
        people = find_people(self.email)
        if told == self.login.user.pk and self.login.user in people:
            return None, True
        if self.login.user.is_staff or people == [self.login.user]:
            return None, True
        if len(people) < 2:  # the address is no longer theirs: it was changed after the code was sent
            return redirect("account_request_login_code"), False
        return redirect(self.urlname), True

    @property
    def email(self) -> str:
        """The address that the code proved."""
        return str(self.login.email or self.login.user.email)


class FactForm(forms.Form):
    """One fact. Whatever is wrong with it, the answer is the same and takes as long."""

    fact = forms.CharField(max_length=100, error_messages={"required": "Enter a date of birth or your account number."})


@method_decorator(
    login_stage_required(stage=PersonStage.key, redirect_urlname="account_request_login_code"), "dispatch"
)
class PersonView(FormView):
    """Asks for the fact, and signs the person in whom it is about."""

    form_class = FactForm
    template_name = "account/person.html"
    extra_context = {"hint": HINT}

    @property
    def stage(self) -> Any:
        return self.request._login_stage  # type: ignore[attr-defined]  # set by allauth

    def form_valid(self, form: FactForm) -> HttpResponse:
        try:
            person = guess_person(self.stage.email, form.cleaned_data["fact"])
        except ValidationError as error:
            form.add_error("fact", error)
            return self._refuse(form)
        self.stage.login.user = person
        record_authentication(self.request, person, method="code", email=person.email)
        response: HttpResponse = self.stage.exit()
        return response

    def _refuse(self, form: FactForm) -> HttpResponse:
        tries = self.stage.state["tries"] = self.stage.state.get("tries", 0) + 1
        if tries < TRIES:
            stash_login(self.request, self.stage.login)
            return self.form_invalid(form)
        clear_login(self.request)
        messages.error(self.request, ENDED)
        return redirect("account_request_login_code")


def guess_person(email: str, fact: str) -> User:
    """Whom the fact is about. Raises ValidationError: it is about nobody here, or there were too many guesses."""
    with guessing(FACT, email):
        person = find_person_by_fact(find_people(email), fact)
        if person is None:
            raise ValidationError(WRONG)
    return person
