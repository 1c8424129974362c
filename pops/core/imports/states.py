"""States of an appointment, as a file or a call says them."""

from pops.core.accounts.models import Appointment
from pops.core.imports.readers.faults import Bad

# What practices' systems call the states of an appointment.
STATES = {
    Appointment.Status.BOOKED: ("booked", "scheduled", "confirmed", "pending"),
    Appointment.Status.SEEN: ("seen", "completed", "arrived", "fulfilled", "checked out"),
    Appointment.Status.CANCELED: ("canceled", "cancelled"),
    Appointment.Status.MISSED: ("missed", "no show", "no-show", "noshow"),
}
STATE_OF = {word: status.value for status, words_for_it in STATES.items() for word in words_for_it}


def status(text: str) -> str:
    """The state of an appointment."""
    if text.lower() not in STATE_OF:
        raise Bad(f"is none of {', '.join(status.value for status in STATES)}: {text[:20]}")
    return STATE_OF[text.lower()]
