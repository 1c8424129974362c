"""The demo's doors. They exist in `pops.local.urls` only."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.local import hooks, links, mail, texts
from pops.subscribers.models import EndpointSecret
from pops.web.sign_in.entering import enter_by_code
from pops.web.sign_in.second_factor import note_second_factor

View = Callable[..., HttpResponse]
# A mail brings its own style, may show pictures that lie in it, and may do nothing else. Its links open
# beside the page. No page but ours may frame it.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:", f"{settings.SITE_URL}/pictures/"],  # the group's logo
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    "frame-ancestors": [SELF],
    "script-src": None,
    "frame-src": None,
    "connect-src": None,
}


@login_not_required
@never_cache
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whoever the token names; 404 for a token that is forged or old."""
    email = links.read_token(token, key=settings.SECRET_KEY)
    user = User.objects.filter(email=email, is_active=True).order_by("pk").first() if email else None
    if user is None:
        raise Http404
    login(request, user)
    enter_by_code(request, address="")
    if user.is_staff:
        note_second_factor(request, "demo link")  # the signed link stands in for the authenticator
    return redirect("admin:index" if user.is_staff else "landing")


def on_the_practices_clock(view: View) -> View:
    """A page whose times are those of the practice, as in the back office."""

    @wraps(view)
    def show(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        practice = Practice.objects.first()
        with timezone.override(ZoneInfo(practice.time_zone if practice else "UTC")):
            return view(request, *args, **kwargs)

    return show


@login_not_required
@never_cache
@on_the_practices_clock
def mail_list(request: HttpRequest) -> HttpResponse:
    """The mail that was sent, newest first."""
    return render(request, "local/mail_list.html", {"mails": mail.list_mails()})


@login_not_required
@csp_update({"frame-src": [SELF]})
@on_the_practices_clock
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One message: who, when, its text, its HTML part in a frame."""
    return render(request, "local/mail_detail.html", {"mail": _get_mail(name)})


@login_not_required
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]  # typed for views without arguments
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part of a message as it came, in a sandbox: what wrote it isn't trusted."""
    return HttpResponse(f'<base target="_blank">{_get_mail(name).html}')


@login_not_required
@never_cache
@on_the_practices_clock
def text_list(request: HttpRequest) -> HttpResponse:
    """The texts that were sent and what was answered, newest first."""
    return render(request, "local/text_list.html", {"texts": texts.list_texts(), "words": texts.WORDS})


@login_not_required
@require_POST
def answer_text(request: HttpRequest) -> HttpResponse:
    """Answer a text as its reader would: STOP, START or HELP."""
    if request.POST.get("body") not in texts.WORDS:
        raise Http404
    texts.answer(sender=request.POST["from"], to=request.POST["to"], body=request.POST["body"])
    return redirect("demo:text_list")


@login_not_required
@never_cache
@on_the_practices_clock
def hook_list(request: HttpRequest) -> HttpResponse:
    """The webhooks that came in, newest first."""
    return render(request, "local/hook_list.html", {"hooks": hooks.list_hooks(), "away": hooks.is_away()})


@login_not_required
@csrf_exempt
@require_POST
def take_hook(request: HttpRequest) -> HttpResponse:
    """The address of the demo's other program. It knows the secrets, as whoever made an endpoint copied one into it."""
    known = list(EndpointSecret.objects.values_list("secret", flat=True))
    return HttpResponse("Thank you.\n", status=hooks.take(request.body, request.headers, known=known))


@login_not_required
@require_POST
def hook_away(request: HttpRequest) -> HttpResponse:
    """Have the other program be away, or there again."""
    hooks.be_away(bool(request.POST.get("away")))
    return redirect("demo:hook_list")


def _get_mail(name: str) -> mail.Mail:
    found = mail.find_mail(name)
    if found is None:
        raise Http404
    return found
