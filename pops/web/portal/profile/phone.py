"""Another phone number: the desk calls it before it is used. We send no texts yet, so there is no code."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pops.core.refusals import Refused
from pops.logins.phones import ask_phone_change, withdraw_phone_change
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.answering import counted, is_done, show_form
from pops.web.portal.profile.forms import PhoneForm
from pops.web.sign_in.limits import OWN_PHONE


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def change_phone(request: GuarantorRequest) -> HttpResponseBase:
    """Tell the desk another number."""
    guarantor, now, by = request.guarantor, timezone.now(), request.user
    form = PhoneForm(request.POST or None)

    def ask() -> None:
        counted(
            OWN_PHONE,
            request,
            lambda: ask_phone_change(guarantor_id=guarantor.pk, now=now, by=by, **form.cleaned_data),
        )

    if is_done(form, ask, field="new_phone"):
        messages.success(request, "The practice has your request. Until it is checked, the number on file stays.")
        return redirect("profile")
    return show_form(request, "portal/profile/phone.html", form)


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
