"""The trial account: nobody's, by which an administrator pays $1.00 as a guarantor does before the portal opens.

Its payment and refund are ordinary ones. That they are a trial stands in the names that receipts, mails and lists show.
"""

import datetime as dt

import pghistory
from django.db import transaction

from pops.core.access.models import User
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from pops.core.practice.models import Facility, Group, Practice, Provider
from pops.core.refusals import Refused, refuse
from pops.logins.linking import create_guarantor_login
from pops.logins.selectors import find_own_login

NUMBER, NAME, PATIENT = "TRIAL", "Trial account", "Trial patient"
VISIT = 0  # no practice's own system begins with it
SERVICE = "Trial charge of the set-up guide"
CENTS = 100
REASON = "Trial of the set-up guide"


def find_trial() -> Guarantor | None:
    """The trial account, once it was made."""
    return Guarantor.objects.filter(is_trial=True).first()


def why_not_begin_trial() -> Refused | None:
    """Why the trial account can't be made, or used once more."""
    practice = Practice.objects.first()
    if practice is None or not all(model.objects.exists() for model in (Group, Facility, Provider)):
        return Refused("no_places", "Enter the practice, a POPS Group, a facility and a provider first.")
    if practice.is_open:
        return Refused("open", "The portal is open: the trial account is for the time before.")
    return None


def begin_trial(*, today: dt.date, by: User) -> Guarantor:
    """Have the trial account owe $1.00, its mails going to who asks. Raises Refused."""
    with transaction.atomic(), pghistory.context(user=by.pk, reason=REASON):
        refuse(why_not_begin_trial())
        account, is_new = Guarantor.objects.get_or_create(
            is_trial=True,
            defaults={"account_number": NUMBER, "name": NAME, "email": by.email, "group": Group.objects.earliest("pk")},
        )
        if is_new:
            create_guarantor_login(guarantor=account)
            _charge(account, today)
        ServiceLine.objects.filter(encounter__patient__guarantor=account).update(adjusted_cents=0)
    return account


def end_trial(*, by: User) -> None:
    """Have the trial account owe nothing and open to nobody. Its receipts stay."""
    with transaction.atomic(), pghistory.context(user=by.pk, reason=REASON):
        account = find_trial()
        login = find_own_login(account) if account else None
        if login:
            login.is_active = False
            login.save(update_fields=["is_active"])
        ServiceLine.objects.filter(encounter__patient__guarantor__is_trial=True).update(adjusted_cents=CENTS)


def _charge(account: Guarantor, today: dt.date) -> None:
    visit = Encounter.objects.create(
        number=VISIT,
        patient=Patient.objects.create(guarantor=account, name=PATIENT),
        provider=Provider.objects.earliest("pk"),
        facility=Facility.objects.earliest("pk"),
    )
    ServiceLine.objects.create(
        encounter=visit, line_number=1, service_date=today, description=SERVICE, billed_cents=CENTS
    )
