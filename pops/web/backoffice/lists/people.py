"""Who opens an account, and what of its address and phone is confirmed, on its page."""

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from pops.core.accounts.brought import of_the_system
from pops.core.accounts.models import Guarantor
from pops.core.practice.selectors import get_practice
from pops.logins.addresses import find_open_change
from pops.logins.linking import why_not_let_in
from pops.logins.phones import find_open_phone_change
from pops.logins.selectors import find_links


def render_people(guarantor: Guarantor) -> SafeString:
    """Each login that opens the account, and an address that waits to be confirmed."""
    shown = {
        "guarantor": guarantor,
        "links": find_links(guarantor),
        "can_be_let_in": why_not_let_in(guarantor) is None,
        "change": find_open_change(guarantor, now=timezone.now()),
        "time_zone": get_practice().time_zone,
    }
    return render_to_string("backoffice/lists/_people.html", shown)


def render_contact(guarantor: Guarantor) -> SafeString:
    """Since when address and phone are known to be theirs, and a number that waits to be called."""
    is_the_systems = Guarantor.objects.filter(of_the_system(Guarantor), pk=guarantor.pk).exists()
    shown = {
        "guarantor": guarantor,
        "as_it_is": "as the practice's own system has it" if is_the_systems else "as it was entered here",
        "phone_change": find_open_phone_change(guarantor),
        "time_zone": get_practice().time_zone,
    }
    return render_to_string("backoffice/lists/_contact.html", shown)
