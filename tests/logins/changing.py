"""Changing an address, as the desk asks for it and its reader confirms it."""

import re

from django.core import mail
from django.test import Client

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.logins.addresses import change_email, confirm_email
from tests.moments import NOON

OLD, NEW = "eleni@example.com", "eleni.new@example.com"


def ask(guarantor, by, new=NEW, now=NOON):
    return change_email(guarantor_id=guarantor.pk, new_email=new, reason="She asked by phone.", now=now, by=by)


def confirm(change, fact="48245", now=NOON):
    return confirm_email(change_id=change.pk, fact=fact, now=now)


def send_mail():
    """All that waits; the subjects by address."""
    mail.outbox.clear()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    return {message.to[0]: message for message in mail.outbox}


def link_in(message):
    return re.search(r"/new-address/\S+/", message.body).group()


def signs_in(email):
    """Whether a code is sent there."""
    mail.outbox.clear()
    Client().post("/sign-in/", {"email": email})
    return [message.to for message in mail.outbox] == [[email]]
