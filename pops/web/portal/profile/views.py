"""What the practice knows of the guarantor of the account in hand, and changing what is theirs to say."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pops.balance_notices.consent import choose_notices, why_not_text
from pops.core.accounts.profile import change_preferred_name
from pops.logins.addresses import find_open_change, why_not_change_own_email
from pops.logins.phones import find_open_phone_change, find_open_phone_code, offers_phone_codes
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.answering import is_done, show_form
from pops.web.portal.profile.cards import get_cards_context
from pops.web.portal.profile.forms import NameForm, NoticesForm


@require_safe
@guarantor_required
def profile(request: GuarantorRequest) -> HttpResponse:
    """All of it, each with its way to change it."""
    guarantor = request.guarantor
    context = {
        "guarantor": guarantor,
        "email_change": find_open_change(guarantor, now=timezone.now()),
        "email_refusal": why_not_change_own_email(guarantor, request.user),
        "phone_change": find_open_phone_change(guarantor),
        "phone_code": find_open_phone_code(guarantor, now=timezone.now()),
        "offers_phone_codes": offers_phone_codes(guarantor, request.user),
        "text_refusal": why_not_text(guarantor) if guarantor.notices_by == guarantor.NoticeChannel.TEXT else None,
        **get_cards_context(guarantor, now=timezone.now()),
    }
    return render(request, "portal/profile/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def change_name(request: GuarantorRequest) -> HttpResponseBase:
    """What to call them."""
    guarantor = request.guarantor
    form = NameForm(request.POST or None, initial={"name": guarantor.preferred_name})
    if is_done(form, lambda: change_preferred_name(guarantor_id=guarantor.pk, by=request.user, **form.cleaned_data)):
        messages.success(request, "Your preferred name is saved.")
        return redirect("profile")
    return show_form(request, "portal/profile/name.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def change_notices(request: GuarantorRequest) -> HttpResponseBase:
    """How notices come. For texts the words that are agreed to are shown, and kept with when and from where."""
    guarantor, now, by = request.guarantor, timezone.now(), request.user
    network = get_adapter().get_client_ip(request)
    form = NoticesForm(request.POST or None, guarantor=guarantor, initial={"channel": guarantor.notices_by})

    def choose() -> None:
        channel = form.cleaned_data["channel"]
        choose_notices(guarantor_id=guarantor.pk, channel=channel, network=network, now=now, by=by)

    if is_done(form, choose, field="channel"):
        messages.success(request, "Your choice is saved.")
        return redirect("profile")
    return show_form(request, "portal/profile/notices.html", form, text_refusal=why_not_text(guarantor))
