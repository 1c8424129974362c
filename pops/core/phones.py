"""Phone numbers: as people write them, and as texts need them."""

from django.conf import settings
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
    parse,
)


def text_number(phone: str) -> str:
    """A number on file as texts need it, +13125550142; empty where it can't take any, as one with an extension."""
    try:
        number = parse(phone, settings.PHONE_REGION)
    except NumberParseException:
        return ""
    if number.extension or not is_valid_number(number):
        return ""
    return str(format_number(number, PhoneNumberFormat.E164))


def spoken(number: str) -> str:
    """Such a number as people write it where they are: (312) 555-0142."""
    try:
        return str(format_number(parse(number, settings.PHONE_REGION), PhoneNumberFormat.NATIONAL))
    except NumberParseException:
        return number
