"""Another phone number: the code that is texted to it is typed in, or the desk calls it, before it is used."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pops.core.phones import text_number
from pops.core.refusals import Refused, refuse
from pops.logins.models import PhoneChange
from pops.logins.phones import (
    ask_phone_change,
    ask_phone_code,
    confirm_phone,
    find_open_phone_code,
    offers_phone_codes,
    why_not_text_code,
    withdraw_phone_change,
)
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.answering import counted, is_done, show_form
from pops.web.portal.profile.forms import PhoneCodeForm, PhoneForm
from pops.web.sign_in.limits import OWN_PHONE, TEXTS, count

WRONG = "That is not the code we sent. Check the newest text from us."
OVER = "That code no longer works: it is too old, or too many wrong ones were typed. Ask for another."


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def change_phone(request: GuarantorRequest) -> HttpResponseBase:
    """Have a code texted to a number, or tell it to the desk."""
    guarantor, by_text = request.guarantor, request.POST.get("way") == "text"
    offers_text = offers_phone_codes(guarantor, request.user)
    to_confirm = guarantor.phone if offers_text and not guarantor.phone_confirmed_at else ""
    form = PhoneForm(request.POST or None, initial={"new_phone": to_confirm})
    ask = _ask_code if by_text else _ask_call
    if is_done(form, lambda: ask(request, form.cleaned_data["new_phone"]), field="new_phone"):
        if by_text:
            return redirect("profile_phone_code")
        messages.success(request, "The practice has your request. Until it is checked, the number on file stays.")
        return redirect("profile")
    return show_form(request, "portal/profile/phone.html", form, offers_text=offers_text)


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def confirm(request: GuarantorRequest) -> HttpResponseBase:
    """Type the code in. The number is used from then on."""
    change = find_open_phone_code(request.guarantor, now=timezone.now())
    if change is None:
        return redirect("profile")
    form = PhoneCodeForm(request.POST or None)
    if is_done(form, lambda: _guess(request, change, form.cleaned_data["code"]), field="code"):
        messages.success(request, f"Your phone number is {change.new_phone} now. It is confirmed.")
        return redirect("profile")
    if find_open_phone_code(request.guarantor, now=timezone.now()) is None:
        messages.error(request, OVER)
        return redirect("profile_phone")
    return show_form(request, "portal/profile/phone_code.html", form, change=change)


@require_POST
@guarantor_required
def withdraw(request: GuarantorRequest) -> HttpResponseBase:
    """Keep the number on file."""
    try:
        withdraw_phone_change(guarantor_id=request.guarantor.pk, now=timezone.now(), by=request.user)
    except Refused as refusal:
        messages.info(request, refusal.words)
    else:
        messages.success(request, "Your phone number stays as it is.")
    return redirect("profile")


def _ask_call(request: GuarantorRequest, phone: str) -> None:
    guarantor_id, now, by = request.guarantor.pk, timezone.now(), request.user
    counted(
        OWN_PHONE,
        request,
        lambda: ask_phone_change(guarantor_id=guarantor_id, new_phone=phone, now=now, by=by),
    )


def _ask_code(request: GuarantorRequest, phone: str) -> None:
    """Raises Refused, and TooOften: for the account, and for the number, whoever asks."""
    guarantor_id, now, by = request.guarantor.pk, timezone.now(), request.user
    refuse(why_not_text_code(request.guarantor, phone, user=by))  # before it counts as a text to that number

    def ask() -> None:
        count(TEXTS, text_number(phone) or phone)
        ask_phone_code(guarantor_id=guarantor_id, phone=phone, now=now, by=by)

    counted(OWN_PHONE, request, ask)


def _guess(request: GuarantorRequest, change: PhoneChange, code: str) -> None:
    """Raises Refused when the change is over, and ValidationError when the code is wrong."""
    if not confirm_phone(change_id=change.pk, code=code, now=timezone.now(), by=request.user):
        raise ValidationError(WRONG)
