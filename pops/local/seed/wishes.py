"""What the sample guarantors said of themselves, their appointments, and what they asked the desk for."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings

from pops.appointments.asking import answer_request, ask_for_appointment
from pops.balance_notices.consent import choose_notices
from pops.core.access.models import User
from pops.core.accounts.models import Appointment, Guarantor, Patient
from pops.core.accounts.profile import change_preferred_name
from pops.core.practice.models import Facility, Provider
from pops.local.seed.data import APPOINTMENTS, MOBILE, NEW_PHONE, PREFERRED, WISHES
from pops.logins.phones import ask_phone_change
from pops.logins.selectors import find_own_login


def make_wishes(*, now: dt.datetime, time_zone: str, desk: User) -> None:
    """Appointments past and to come, a request that waits and one that is answered, a phone number to be called."""
    maria = Guarantor.objects.get(name="Maria Alvarez")
    user = _login_of(maria)
    _make_appointments(now.astimezone(ZoneInfo(time_zone)))
    for name, wishes, reason, note in WISHES:
        asked_at = now - dt.timedelta(days=3 if note else 1)
        patient = Patient.objects.get(name=name)
        asked = ask_for_appointment(
            form_id=uuid.uuid4(),
            guarantor_id=maria.pk,
            patient=patient,
            wishes=wishes,
            reason=reason,
            now=asked_at,
            by=user,
        )
        if note:
            answered_at = asked_at + dt.timedelta(hours=5)
            answer_request(request_id=asked.pk, is_declined=False, note=note, now=answered_at, by=desk)
    chosen_at = now - dt.timedelta(days=40)
    choose_notices(guarantor_id=maria.pk, channel="email", network=None, now=chosen_at, by=user)
    ask_phone_change(guarantor_id=maria.pk, new_phone=NEW_PHONE, now=now - dt.timedelta(hours=20), by=user)
    if settings.TEXTS_ARE_ON:
        _choose_texts(Guarantor.objects.get(name="Robert O'Connell"), now=chosen_at)
    for name, called in PREFERRED.items():
        guarantor = Guarantor.objects.get(name=name)
        change_preferred_name(guarantor_id=guarantor.pk, name=called, by=_login_of(guarantor))


def _choose_texts(guarantor: Guarantor, *, now: dt.datetime) -> None:
    """He gets his notices, and codes if he asks for them so, as texts."""
    guarantor.phone, guarantor.phone_confirmed_at = MOBILE, now
    guarantor.save(update_fields=["phone", "phone_confirmed_at"])
    user = _login_of(guarantor)
    choose_notices(guarantor_id=guarantor.pk, channel="text", network="203.0.113.7", now=now, by=user)


def _login_of(guarantor: Guarantor) -> User:
    user = find_own_login(guarantor)
    assert user is not None
    return user


def _make_appointments(now: dt.datetime) -> None:
    providers, facilities = list(Provider.objects.all()), list(Facility.objects.all())
    for n, (name, days, hour, minutes, what, status) in enumerate(APPOINTMENTS):
        day = now.date() + dt.timedelta(days=days)
        Appointment.objects.create(
            number=f"A-{4001 + n}",
            patient=Patient.objects.get(name=name),
            provider=providers[n % len(providers)],
            facility=facilities[n % len(facilities)],
            starts_at=dt.datetime.combine(day, dt.time(hour), now.tzinfo),
            minutes=minutes,
            visit_type=what,
            status=status,
        )
