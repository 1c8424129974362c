"""What every page wears, for everybody: style sheets of themes, and pictures. Each address is for ever."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pops.core.practice.pictures import FOLDER, content_type_of
from pops.core.practice.theme import VERSION, read_address, sheet_of

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@login_not_required
def theme(request: HttpRequest, version: str, signed: str) -> HttpResponse:
    """The style sheet of the theme that the address says. Asks no database."""
    try:
        sheet = sheet_of(read_address(signed))
    except BadSignature as error:
        raise Http404 from error
    # A page of the release before, amid an upgrade, is dressed too; its sheet isn't kept.
    keep = FOR_EVER if version == VERSION else "no-store"
    return HttpResponse(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": keep})


@require_safe
@login_not_required
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A group's logo, favicon or home image, by the name that says what it holds."""
    content_type = content_type_of(name)
    if not content_type or not default_storage.exists(FOLDER + name):
        raise Http404
    with default_storage.open(FOLDER + name) as file:
        return HttpResponse(file.read(), content_type=content_type, headers={"Cache-Control": FOR_EVER})
