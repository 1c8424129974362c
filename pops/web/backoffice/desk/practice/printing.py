"""What a member of staff's receipts are printed on, and whether that happens by itself."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from pops.core.access.models import User
from pops.core.practice.selectors import get_practice
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.models import Desk
from pops.web.backoffice.once import SentOnce


def get_desk(user: User | AnonymousUser) -> Desk:
    """How this member of staff prints; as the practice does, and not by itself, before they say so."""
    return Desk.objects.filter(user=user.pk).first() or Desk()


def find_paper(user: User | AnonymousUser) -> str:
    """What this member of staff prints on: one of Desk.Paper."""
    return get_desk(user).paper or get_practice().paper_size.lower()


def print_page(number: int) -> str:
    """The address at which a receipt is printed at once."""
    return f"{reverse('backoffice:print', args=[number])}?now=1"


class DeskForm(SentOnce):
    """The paper, and whether receipts are printed as they are issued."""

    paper = forms.ChoiceField(
        label="Receipts are printed on",
        choices=[("", "The practice's paper"), *Desk.Paper.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    prints = forms.BooleanField(label="Print each receipt as it is issued", required=False)


class MyDesk(DeskAction):
    """The printer at the desk: a setting of each member of staff's own."""

    rights = ("receipts.take_payment",)
    title = "My printer"
    form_class = DeskForm
    button = "Save"
    lead = "How receipts are printed where you work. It is kept for you alone, at whatever computer you sign in."

    def get_initial(self) -> dict[str, Any]:
        desk = get_desk(self.request.user)
        return {"paper": desk.paper, "prints": desk.prints}

    def do(self, form: DeskForm) -> tuple[str, str]:
        said = {name: form.cleaned_data[name] for name in ("paper", "prints")}
        Desk.objects.update_or_create(user=self.request.user, defaults=said)
        return reverse("backoffice:my_desk"), "Your printer is set."
