"""Who opens an account, and by which address: changed by staff, with a reason."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404

from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused
from pops.core.words import LONGEST_EMAIL
from pops.logins.addresses import (
    change_email,
    find_followers,
    find_open_change,
    find_sharers,
    why_not_withdraw,
    withdraw_email_change,
)
from pops.logins.linking import let_guarantor_in, link_person, unlink_login, why_not_let_in
from pops.logins.models import AccountLogin
from pops.web.backoffice.desk.accounts.by_hand import page_of
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.forms import ReasonField, ReasonForm
from pops.web.backoffice.once import SentOnce


class EmailForm(SentOnce):
    """A new address, and why."""

    email = forms.EmailField(
        label="New email address",
        max_length=LONGEST_EMAIL,
        error_messages={"required": "Enter the new address.", "invalid": "This is not an email address."},
    )
    reason = ReasonField()


class PersonForm(SentOnce):
    """Who may open the account, and why."""

    person = forms.CharField(
        label="Their account number or email address",
        max_length=254,
        help_text="The number where they have an account of their own: an address may be shared.",
        error_messages={"required": "Enter an account number or an email address."},
    )
    name = forms.CharField(max_length=300, required=False, help_text="Of a person who never signed in here.")
    reason = ReasonField(help_text="For example: her daughter; the signed form is in the file.")

    def clean_person(self) -> str:
        person: str = self.cleaned_data["person"].strip()
        return forms.EmailField(max_length=LONGEST_EMAIL).clean(person) if "@" in person else person


class AccessAction(DeskAction):
    """What changes who opens an account."""

    rights = ("logins.change_access",)
    target_name = "guarantor"

    def find_target(self) -> Any:
        return get_object_or_404(Guarantor, pk=self.kwargs["guarantor_id"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": page_of(self.target), **context})


class ChangeEmail(AccessAction):
    """Ask the reader of a new address to confirm it."""

    title = "Change the email address of {}"
    form_class = EmailForm
    button = "Send the link"
    field_of = {"same": "email"}

    def do(self, form: EmailForm) -> tuple[str, str]:
        email, reason = form.cleaned_data["email"], form.cleaned_data["reason"]
        change_email(guarantor_id=self.target.pk, new_email=email, reason=reason, now=self.now, by=self.request.user)
        return page_of(self.target), f"A link is on its way to {email}. The address is used once it is confirmed there."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        followers, sharers = find_followers(self.target), find_sharers(self.target)
        parts = [
            f"The address on file is {self.target.email}." if self.target.email else "There is no address on file.",
            "The new one gets a link and is used once its reader has confirmed it; the old one is told.",
            "Who is signed in by it is signed out then." if self.target.email else "",
            f"It changes for {_names(followers)} too." if followers else "",
            f"{_names(sharers)} has the same address and keeps it." if sharers else "",
            "The change that waits now is replaced." if find_open_change(self.target, now=self.now) else "",
        ]
        return super().get_context_data(lead=" ".join(filter(None, parts)), **context)


class WithdrawEmail(AccessAction):
    """Let a change of address that waits come to nothing."""

    title = "Withdraw the change of address of {}"
    form_class = SentOnce
    button = "Withdraw it"
    danger = True
    lead = "The link that was sent no longer works. The address on file stays."

    def why_not(self) -> Refused | None:
        return why_not_withdraw(self.target, now=self.now)

    def do(self, form: SentOnce) -> tuple[str, str]:
        withdraw_email_change(guarantor_id=self.target.pk, now=self.now)
        return page_of(self.target), "The change is withdrawn."


class LetIn(AccessAction):
    """Give the guarantor a sign-in of their own."""

    title = "Let {} sign in"
    form_class = ReasonForm
    button = "Let the guarantor sign in"

    def why_not(self) -> Refused | None:
        return why_not_let_in(self.target)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        let_guarantor_in(guarantor_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return page_of(self.target), f"{self.target.name} can sign in with {self.target.email}."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(lead=f"By a code sent to {self.target.email}.", **context)


class LinkPerson(AccessAction):
    """Let another person open the account."""

    title = "Let a person open the account of {}"
    form_class = PersonForm
    button = "Let this person open it"
    lead = (
        "They see everything that the guarantor sees, and can pay. The guarantor's address is told. Not for spouses who"
        " share an address: each of them signs in for themselves."
    )
    field_of = {"nobody": "person", "several": "person", "linked": "person", "unnamed": "name"}

    def do(self, form: PersonForm) -> tuple[str, str]:
        data = form.cleaned_data
        link = link_person(
            guarantor_id=self.target.pk,
            person=data["person"],
            name=data["name"],
            reason=data["reason"],
            by=self.request.user,
        )
        return page_of(self.target), f"{link.user} can open this account."


class Unlink(AccessAction):
    """Let a person open the account no longer."""

    title = "End a sign-in to the account of {}"
    form_class = ReasonForm
    button = "End it"
    danger = True

    def find_target(self) -> Any:
        links = AccountLogin.objects.filter(guarantor=self.kwargs["guarantor_id"]).select_related("user", "guarantor")
        self.link = get_object_or_404(links, pk=self.kwargs["link_id"])
        return self.link.guarantor

    def do(self, form: ReasonForm) -> tuple[str, str]:
        unlink_login(link_id=self.link.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return page_of(self.target), f"{self.link.user} can no longer open this account."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        who = f"{self.link.user} ({self.link.user.email})"
        lead = f"{who} can no longer open this account, from the next click on. Their other accounts stay."
        return super().get_context_data(lead=lead, **context)


def _names(accounts: list[Guarantor]) -> str:
    return ", ".join(map(str, accounts))
