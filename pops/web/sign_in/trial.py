"""The link by which an administrator pays as the trial account: it opens nobody else's, and not for long."""

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pops.core.accounts.models import Guarantor
from pops.core.practice.opening import is_open
from pops.logins.selectors import find_own_login
from pops.logins.trial import find_trial
from pops.web.sign_in.entering import Authentication, Origin, WhyEnded, enter, leave

SECONDS = 60 * 60
BACKEND = "pops.logins.backends.LoginBackend"
_signer = TimestampSigner(salt="pops.web.sign_in.trial")


def make_link(trial: Guarantor) -> str:
    """The address that signs in to the trial account, for an hour."""
    return reverse("trial", args=[_signer.sign(trial.account_number)])


@login_not_required
@never_cache
@require_safe
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in to the trial account and go on to paying. Whoever was signed in here before is no longer."""
    trial = find_trial()
    user = find_own_login(trial) if trial else None
    if trial is None or user is None or not _is_ours(token) or is_open():
        raise Http404
    leave(request, why=WhyEnded.REPLACED)
    login(request, user, backend=BACKEND)
    enter(request, guarantor=trial, origin=Origin.STAFF, authentication=Authentication.MFA)
    return redirect("payments:start")


@login_not_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Leave the trial account, for the guide: over the staff's door, as its session has ended in this browser."""
    trial = find_trial()
    if trial and request.user == find_own_login(trial):  # whoever else is signed in stays so
        leave(request, why=WhyEnded.SIGNED_OUT)
        logout(request)
    return redirect("backoffice:setup")


def _is_ours(token: str) -> bool:
    try:
        _signer.unsign(token, max_age=SECONDS)
    except BadSignature:
        return False
    return True
