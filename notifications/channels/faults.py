"""What a fault of a mail server or of a provider of mails or texts means, in plain words for staff."""

import logging
import smtplib
from functools import singledispatch

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured
from twilio.base.exceptions import TwilioRestException

logger = logging.getLogger(__name__)

# Of Amazon's errors, those that are about the mail; the others are about the account or its limits.
AMAZON_REFUSALS = {"MessageRejected", "BadRequestException"}

# Of Twilio's errors, those that are about the number, and those about our own number or account. Its words are never
# kept: they name the number.
TWILIO_REFUSALS = {
    21211: "This is not a number that takes texts.",
    21217: "This is not a number that takes texts.",
    21408: "Texts to this country are switched off at Twilio.",
    21610: "The recipient answered STOP to this sender.",
    21612: "This number can't be reached by text.",
    21614: "This is not a number that takes texts.",
}
TWILIO_SETTINGS = {21212, 21603, 21606, 21659, 21660, 21701, 21703}


class NotAccepted(Exception):
    """The message was not accepted; the text says why, for staff."""


class Refused(NotAccepted):
    """For good: trying again would not help."""


class Postponed(NotAccepted):
    """For now, and perhaps this message alone."""


class Unreachable(NotAccepted):
    """For now, and no other message would pass."""


@singledispatch
def judge(error: Exception) -> NotAccepted:
    """What an exception of a mail backend means for this mail and for others."""
    logger.error("A message could not be handed over", exc_info=error)
    return Postponed(f"POPS could not hand the message over ({type(error).__name__}).")


@judge.register
def _(error: ValueError) -> NotAccepted:
    logger.error("A message could not be addressed", exc_info=error)
    return Refused("No mail can be sent to this address.")


@judge.register
def _(error: OSError) -> NotAccepted:
    if isinstance(error, TimeoutError):
        return Unreachable("The mail server did not answer in time.")
    return Unreachable("The mail server could not be reached.")


@judge.register
def _(error: ImproperlyConfigured) -> NotAccepted:
    logger.error("The mail settings are not right", exc_info=error)
    return Unreachable("The mail settings of POPS are not right.")


# A mail server's own text may hold anything; it is cut where the column ends.


@judge.register
def _(error: smtplib.SMTPException) -> NotAccepted:
    return Unreachable(f"The mail server can't be used: {error}")


@judge.register
def _(error: smtplib.SMTPServerDisconnected) -> NotAccepted:
    if isinstance(error.__context__, TimeoutError):
        return Unreachable("The mail server did not answer in time.")
    return Postponed("The mail server hung up before it accepted the mail.")


@judge.register
def _(error: smtplib.SMTPResponseException) -> NotAccepted:
    # Sign-in, greeting, our own address: about the server and our settings, not about this mail.
    return Unreachable(f"The mail server turned POPS away: {_words(error.smtp_code, error.smtp_error)}")


@judge.register
def _(error: smtplib.SMTPDataError) -> NotAccepted:
    return _judge_code(error.smtp_code, error.smtp_error)


@judge.register
def _(error: smtplib.SMTPRecipientsRefused) -> NotAccepted:
    return _judge_code(*next(iter(error.recipients.values())))


def _judge_code(code: int, text: bytes | str) -> NotAccepted:
    words = _words(code, text)
    if code == 421:
        return Unreachable(f"The mail server closed the line: {words}")
    if 400 <= code < 500:
        return Postponed(f"The mail server asked to try later: {words}")
    return Refused(f"The mail server refused it: {words}")


def _words(code: int, text: bytes | str) -> str:
    answer = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(answer.split())}"


@judge.register
def _(error: AnymailError) -> NotAccepted:
    logger.error("The mail provider could not be asked", exc_info=error)
    return Unreachable(f"The mail provider could not be asked ({type(error).__name__}).")


@judge.register(AnymailRecipientsRefused)
@judge.register(AnymailInvalidAddress)
def _(error: AnymailError) -> NotAccepted:
    return Refused("The mail provider refused the address.")


@judge.register
def _(error: AnymailAPIError) -> NotAccepted:
    status = error.status_code or _amazon_status(error)
    if status is None:
        return Unreachable("The mail provider could not be reached.")
    if status in (401, 403, 429) or status >= 500:
        return Unreachable(f"The mail provider turned POPS away (HTTP {status}).")
    if status in (408, 409, 425):
        return Postponed(f"The mail provider asked to try later (HTTP {status}).")
    return Refused(f"The mail provider refused it (HTTP {status}).")


def _amazon_status(error: AnymailAPIError) -> int | None:
    """Amazon's errors come by way of boto, which hides the status inside."""
    response = getattr(error.__cause__, "response", None)
    if not isinstance(response, dict):
        return None
    return 400 if response.get("Error", {}).get("Code") in AMAZON_REFUSALS else 503


@judge.register
def _(error: requests.RequestException) -> NotAccepted:
    if isinstance(error, requests.Timeout):
        return Unreachable("The text service did not answer in time.")
    return Unreachable("The text service could not be reached.")


@judge.register
def _(error: TwilioRestException) -> NotAccepted:
    code = error.code or 0
    if code in TWILIO_REFUSALS:
        return Refused(TWILIO_REFUSALS[code])
    if code in TWILIO_SETTINGS:
        return Unreachable(f"The text settings of POPS are not right (Twilio's error {code}).")
    if error.status in (401, 403, 429) or error.status >= 500:
        return Unreachable(f"The text service turned POPS away (HTTP {error.status}).")
    return Refused(f"The text service refused it (Twilio's error {code}).")
