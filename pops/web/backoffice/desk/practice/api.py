"""Systems that call the API: who they are, what they may do, the keys they bring. Each key is shown once."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import Group as Role
from django.shortcuts import get_object_or_404
from django.urls import reverse

from pops.core.access.models import User
from pops.core.access.rights import find_roles_within
from pops.core.refusals import Refused
from pops.service_accounts.models import ServiceAccount, ServiceKey
from pops.service_accounts.scopes import Scope
from pops.service_accounts.services import (
    NewKey,
    change_account,
    make_account,
    make_key,
    revoke_key,
    rotate_key,
    why_not_hold,
    why_not_make_key,
    why_not_revoke,
    why_not_rotate,
)
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.forms import ReasonField, ReasonForm
from pops.web.backoffice.desk.shown_once import ShowsOnce
from pops.web.backoffice.once import SentOnce
from pops.web.typed import TypedForm

RIGHTS = ("service_accounts.change_serviceaccount",)
GOOD_FOR = [(30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "A year")]
OVERLAP = [(0, "Not at all: it ends now"), (1, "A day"), (7, "A week"), (30, "30 days")]


class RoleField(forms.ModelChoiceField):
    """A role to choose, of those that somebody may give."""

    def __init__(self, *, by: User | AnonymousUser, **facts: Any) -> None:
        errors = {"required": "Choose a role.", "invalid_choice": "You can't give this role: it may do more than you."}
        super().__init__(
            find_roles_within(by),
            widget=forms.RadioSelect,
            empty_label=None,
            help_text="The API does for this account what this role may do, and nothing else.",
            error_messages=errors,
            **facts,
        )


class NewAccountForm(SentOnce):
    """A system, and its role."""

    name = forms.CharField(
        max_length=100,
        help_text="Of the system, for example: Billing at headquarters.",
        error_messages={"required": "Enter a name."},
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleField(by=by)


class ChangeAccountForm(SentOnce):
    """Another role, or an end to all of its keys; with the reason."""

    def __init__(self, *args: Any, by: User, role: Role | None, is_active: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleField(by=by, initial=role)
        self.fields["is_active"] = forms.BooleanField(
            label="In use", required=False, initial=is_active, help_text="Unchecked: none of its keys works."
        )
        self.fields["reason"] = ReasonField()


class GoodForField(forms.TypedChoiceField):
    """Days that a key works."""

    def __init__(self, label: str = "Works for") -> None:
        super().__init__(choices=GOOD_FOR, coerce=int, initial=180, label=label)


class NewKeyForm(TypedForm):
    """What a key may be used for, and how long."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.value}: {scope.label}") for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        help_text="Give it what the system needs, and nothing more.",
        error_messages={"required": "Choose at least one scope."},
    )
    good_for = GoodForField()


class RotateForm(TypedForm):
    """How long the old key works on, and the new one works."""

    overlap = forms.TypedChoiceField(choices=OVERLAP, coerce=int, initial=7, label="The old key works on for")
    good_for = GoodForField("The new key works for")


class AccountAction(DeskAction):
    """What is done with a service account."""

    rights = RIGHTS
    target_name = "account"

    def find_target(self) -> ServiceAccount:
        accounts = ServiceAccount.objects.select_related("user")
        return get_object_or_404(accounts, pk=self.kwargs["account_id"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": self.back(), **context})

    def back(self) -> str:
        """Where Cancel leads."""
        return page_of(self.target)


class MakeServiceAccount(AccountAction):
    """Let a system call the API, once it has a key."""

    rights = ("service_accounts.add_serviceaccount",)
    title = "Add a service account"
    lead = "For the practice's own system. It does through the API what its role may do; each change says that it did."
    form_class = NewAccountForm
    button = "Add it"
    field_of = {"name_taken": "name", "beyond": "role"}

    def find_target(self) -> Any:
        return None

    def back(self) -> str:
        return reverse("admin:service_accounts_serviceaccount_changelist")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def do(self, form: NewAccountForm) -> tuple[str, str]:
        name, role = form.cleaned_data["name"], form.cleaned_data["role"]
        account = make_account(name=name, role=role, now=self.now, by=self.request.user)
        return page_of(account), f"{account} is added. Make a key for it."


class ChangeServiceAccount(AccountAction):
    """Give a system another role, or shut it out."""

    title = "Change {}"
    form_class = ChangeAccountForm
    button = "Save"
    field_of = {"beyond": "role"}

    def why_not(self) -> Refused | None:
        return why_not_hold(self.target, by=self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        role = self.target.user.groups.first()
        facts = {"by": self.request.user, "role": role, "is_active": self.target.is_active}
        return {**super().get_form_kwargs(), **facts}

    def do(self, form: ChangeAccountForm) -> tuple[str, str]:
        data = form.cleaned_data
        facts = {"role": data["role"], "is_active": data["is_active"], "reason": data["reason"]}
        change_account(account_id=self.target.pk, by=self.request.user, **facts)
        return page_of(self.target), f"{self.target} is changed."


class ShowsKey(AccountAction, ShowsOnce):
    """What makes a key, and shows it: not again, as only its hash is kept."""

    shown_by = "backoffice/api_key.html"

    def draw(self, form: Any) -> NewKey:
        """Make the key. Raises Refused."""
        raise NotImplementedError

    def make(self, form: Any) -> dict[str, Any]:
        new = self.draw(form)
        return {"key": new.key, "text": new.text}


class MakeKey(ShowsKey):
    """A new key for a system."""

    title = "New key for {}"
    lead = "It is shown once. Keep it where the system keeps its secrets, and send it to nobody by mail."
    form_class = NewKeyForm
    button = "Make the key"

    def why_not(self) -> Refused | None:
        return why_not_make_key(self.target) or why_not_hold(self.target, by=self.request.user)

    def draw(self, form: NewKeyForm) -> NewKey:
        good_for = dt.timedelta(days=form.cleaned_data["good_for"])
        scopes = form.cleaned_data["scopes"]
        return make_key(account=self.target, scopes=scopes, good_for=good_for, now=self.now, by=self.request.user)


class KeyAction(AccountAction):
    """What is done with a key."""

    target_name = "key"

    def find_target(self) -> Any:
        return get_object_or_404(ServiceKey.objects.select_related("account"), pk=self.kwargs["key_id"])

    def back(self) -> str:
        return page_of(self.target.account)


class RotateKey(KeyAction, ShowsKey):
    """A new key in place of one, which works on meanwhile."""

    title = "Rotate the key {}"
    lead = "The new key is for the same scopes and is shown once. Until the old one ends, both work."
    form_class = RotateForm
    button = "Make the new key"

    def why_not(self) -> Refused | None:
        # Once it is rotated its page shows the new key, not that there is nothing more to do.
        return (
            None if self.request.method == "POST" else why_not_rotate(self.target, now=self.now, by=self.request.user)
        )

    def draw(self, form: RotateForm) -> NewKey:
        overlap, good_for = (dt.timedelta(days=form.cleaned_data[name]) for name in ("overlap", "good_for"))
        return rotate_key(key_id=self.target.pk, overlap=overlap, good_for=good_for, now=self.now, by=self.request.user)


class RevokeKey(KeyAction):
    """Let a key open nothing from now on."""

    title = "Revoke the key {}"
    lead = "It opens nothing from now on. Whatever system still brings it is answered 401."
    form_class = ReasonForm
    button = "Revoke it"
    danger = True

    def why_not(self) -> Refused | None:
        return why_not_revoke(self.target, now=self.now)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        revoke_key(key_id=self.target.pk, reason=form.cleaned_data["reason"], now=self.now, by=self.request.user)
        return self.back(), "The key is revoked."


def page_of(account: ServiceAccount) -> str:
    """The address of an account's page."""
    return reverse("admin:service_accounts_serviceaccount_change", args=[account.pk])
