"""What guarantors say of themselves. No import touches it; kept history says who changed it, and from which page."""

import datetime as dt

import pghistory
from django.db import transaction

from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse
from pops.core.words import shown

# Why, in kept history: nobody asks a guarantor for a reason.
BY_THEMSELVES = "On the portal, on the Profile page"

Channel = Guarantor.NoticeChannel


def change_preferred_name(*, guarantor_id: int, name: str, by: User) -> None:
    """Call a guarantor by another name from now on; empty: by the one on file. Raises Refused."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_use(guarantor))
        guarantor.preferred_name = shown(name)
        _save(guarantor, ["preferred_name"], by)


def why_not_choose_notices(guarantor: Guarantor, channel: str) -> Refused | None:
    """Why notices can't come this way: there is nowhere to send them."""
    if channel == Channel.EMAIL and not guarantor.email:
        return Refused("no_email", "We have no email address of yours. Give us one first.")
    if channel == Channel.TEXT and not guarantor.phone_confirmed_at:
        return Refused("no_phone", "Your phone number is not confirmed yet.")
    return why_not_use(guarantor)


def choose_notices(*, guarantor_id: int, channel: str, now: dt.datetime, by: User) -> None:
    """Keep how notices are to come, and since when that was consented to. Raises Refused."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_choose_notices(guarantor, channel))
        if guarantor.notices_by != channel:
            guarantor.notices_by, guarantor.notices_chosen_at = channel, now
            _save(guarantor, ["notices_by", "notices_chosen_at"], by)


def _save(guarantor: Guarantor, fields: list[str], by: User) -> None:
    with pghistory.context(user=by.pk, reason=BY_THEMSELVES):
        guarantor.save(update_fields=fields)
