"""Stored PDFs, handed out as they were stored or not at all."""

import hashlib
import logging

from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

logger = logging.getLogger(__name__)


def read_stored(file: FieldFile, *, sha256: str) -> bytes | None:
    """The stored file, if it is there and the one that was stored."""
    try:
        with file.open("rb") as opened:
            pdf: bytes = opened.read()
    except Exception:  # whatever the storage raises: a disk's errors, or a bucket's
        logger.exception("The PDF %s can't be read", file.name)
        return None
    if hashlib.sha256(pdf).hexdigest() != sha256:
        logger.error("The PDF %s is not the one that was stored", file.name)
        return None
    return pdf


def answer_pdf(request: HttpRequest, pdf: bytes, *, name: str, sha256: str) -> HttpResponseBase:
    """The PDF under a name made of our own words and numbers alone: to keep, or with `open` to look at."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'{"inline" if "open" in request.GET else "attachment"}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    # The portal's policy forbids what browsers build their PDF viewers of.
    response["Content-Security-Policy"] = "frame-ancestors 'none'"
    response["ETag"] = f'"{sha256}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
