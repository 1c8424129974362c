"""The steps of setting up, said once: the guide shows them, `manage.py setup_check` prints them."""

import datetime as dt

from pops.web.backoffice.setup import mail, opening, payment, practice, stripe
from pops.web.backoffice.setup.facts import Look, Step

STEPS = (
    Step(
        "practice",
        "Practice and time zone",
        "Its clock decides which day a payment belongs to.",
        practice.look_at_practice,
    ),
    Step("group", "Group and look", "What the portal is called, and what it offers.", practice.look_at_groups),
    Step("places", "Facilities and providers", "Each receipt names where and by whom.", practice.look_at_places),
    Step("stripe", "Stripe", "Cards are charged by Stripe, into the practice's own account.", stripe.look_at_stripe),
    Step("mail", "Mail", "Sign-in codes and receipts go by email.", mail.look_at_mail),
    Step("staff", "Staff and roles", "Who works here, and what each may do.", practice.look_at_staff),
    Step("accounts", "Accounts", "Guarantors, patients and what they were billed.", practice.look_at_accounts),
    Step("payment", "A trial payment", "A real card pays $1.00 and gets it back.", payment.look_at_payment),
    Step(opening.OPENING, "Go-live", "From then on patients sign in and pay.", opening.look_at_opening),
)


def look_at_steps(*, now: dt.datetime) -> list[Look]:
    """How each step stands now, in order. Asks Stripe: seconds, when it can't be reached."""
    return [Look(step, step.look(now)) for step in STEPS]
