"""Another email address: its reader types the code from the mail, then codes and receipts go there."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pops.core.access.models import User
from pops.core.refusals import Refused
from pops.logins.addresses import (
    change_own_email,
    confirm_own_email,
    find_followers,
    find_open_change,
    find_sharers,
    withdraw_email_change,
)
from pops.logins.models import EmailChange
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.answering import counted, is_done, show_form
from pops.web.portal.profile.forms import CodeForm, EmailForm
from pops.web.sign_in.limits import OWN_ADDRESS, remember_network

WRONG = "That is not the code we sent. Check the newest email from us at the new address."
OVER = "That code no longer works: it is too old, or too many wrong ones were typed. Ask for another."


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def change_email(request: GuarantorRequest) -> HttpResponseBase:
    """Have a code mailed to the new address."""
    guarantor, now, by = request.guarantor, timezone.now(), request.user
    form = EmailForm(request.POST or None)

    def ask() -> None:
        counted(
            OWN_ADDRESS,
            request,
            lambda: change_own_email(guarantor_id=guarantor.pk, now=now, by=by, **form.cleaned_data),
        )

    if is_done(form, ask, field="new_email"):
        return redirect("profile_email_code")
    others = {"followers": find_followers(guarantor), "shares": bool(find_sharers(guarantor))}
    return show_form(request, "portal/profile/email.html", form, **others)


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def confirm(request: GuarantorRequest) -> HttpResponseBase:
    """Type the code in. The address is used from then on, and who else was signed in is not any more."""
    change = find_open_change(request.guarantor, now=timezone.now())
    if change is None or not change.by_code:
        return redirect("profile")
    form = CodeForm(request.POST or None)
    if is_done(form, lambda: _guess(change, form.cleaned_data["code"]), field="code"):
        return _done(request, change)
    if find_open_change(request.guarantor, now=timezone.now()) is None:
        messages.error(request, OVER)
        return redirect("profile_email")
    return show_form(request, "portal/profile/email_code.html", form, change=change)


@require_POST
@guarantor_required
def withdraw(request: GuarantorRequest) -> HttpResponseBase:
    """Keep the address on file."""
    try:
        withdraw_email_change(guarantor_id=request.guarantor.pk, now=timezone.now())
    except Refused as refusal:
        messages.info(request, refusal.words)
    else:
        messages.success(request, "Your email address stays as it is.")
    return redirect("profile")


def _guess(change: EmailChange, code: str) -> None:
    """Raises Refused when the change is over, and ValidationError when the code is wrong."""
    if not confirm_own_email(change_id=change.pk, code=code, now=timezone.now()):
        raise ValidationError(WRONG)


def _done(request: GuarantorRequest, change: EmailChange) -> HttpResponseBase:
    user = User.objects.get(pk=request.user.pk)
    update_session_auth_hash(request, user)  # this session stays; the others hang on what the login was before
    remember_network(user.email)
    messages.success(request, f"Your email address is {change.new_email} now. Sign-in codes and receipts go there.")
    return redirect("profile")
