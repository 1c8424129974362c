"""What a POPS Group's pages and mails wear."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from pops.core.practice.logo import find_kind
from pops.core.practice.models import Group


@login_not_required
def logo(request: HttpRequest, group_id: int) -> HttpResponse:
    """A group's logo, for mail programs."""
    group = get_object_or_404(Group.objects.exclude(logo=""), pk=group_id)
    with group.logo.open() as file:
        kind = find_kind(file)
        if kind is None:
            raise Http404
        return HttpResponse(file.read(), content_type=kind, headers={"Cache-Control": "public, max-age=86400"})
