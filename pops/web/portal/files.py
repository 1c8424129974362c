"""Stored PDFs, handed out as they were stored or not at all."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response


def answer_pdf(request: HttpRequest, pdf: bytes, *, name: str, sha256: str) -> HttpResponseBase:
    """The PDF under a name made of our own words and numbers alone: to keep, or with `open` to look at."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'{"inline" if "open" in request.GET else "attachment"}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    # The portal's policy forbids what browsers build their PDF viewers of.
    response["Content-Security-Policy"] = "frame-ancestors 'none'"
    response["ETag"] = f'"{sha256}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
