"""How the sample practice was set up: the guide's steps, done some months ago by the services behind its buttons."""

import datetime as dt
from zoneinfo import ZoneInfo

from pops.core.access.models import User
from pops.core.practice.opening import open_practice
from pops.core.practice.selectors import get_practice
from pops.local.seed.data import CARDS, STAFF, STAFF_PASSWORD
from pops.local.seed.payments import is_sandbox, record_payment, record_refund_of
from pops.logins.trial import CENTS, REASON, begin_trial, end_trial
from pops.web.backoffice.setup.mail import confirm_mail, send_test_mail
from pops.web.backoffice.setup.stripe import register_site, try_webhook
from receipts.models import Receipt

DAYS_AGO = 80


def make_first_administrator() -> bool:
    """The login by which an empty database is set up, as createsuperuser makes one. False when there is staff."""
    if User.objects.filter(is_staff=True).exists():
        return False
    email, name, _ = STAFF[-1]
    User.objects.create_superuser(email, STAFF_PASSWORD, name=name)
    return True


def set_up(*, now: dt.datetime) -> None:
    """Go through the guide. At the sandbox a message is asked for: it comes back once the web server is up."""
    administrator, began = User.objects.get(email=STAFF[-1][0], is_staff=True), now - dt.timedelta(days=DAYS_AGO)
    trial = send_test_mail(to=administrator.email, now=now, by=administrator)
    confirm_mail(code=trial.key, now=now)
    account = begin_trial(today=began.astimezone(ZoneInfo(get_practice().time_zone)).date(), by=administrator)
    if is_sandbox():
        try_webhook(now=now, by=administrator)
        register_site()
        number = record_payment(account, CENTS, began, CARDS[0], declined=False)
        assert number is not None  # paid
        record_refund_of(Receipt.objects.get(number=number), CENTS, began + dt.timedelta(minutes=10), reason=REASON)
    end_trial(by=administrator)
    open_practice(now=began + dt.timedelta(hours=1), by=administrator)
