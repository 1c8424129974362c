"""The API's description of itself, as files and as a page. It says nothing that isn't the same for every practice."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer


@cache
def _describe() -> Any:
    """Made once a process: it is the same until the next release."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def write_yaml() -> bytes:
    """What is checked in as docs/openapi.yaml."""
    return bytes(OpenApiYamlRenderer().render(_describe()))


@cache
def _write_json() -> bytes:
    return bytes(OpenApiJsonRenderer().render(_describe()))


@login_not_required
@require_safe
def openapi_yaml(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1 as YAML."""
    return HttpResponse(write_yaml(), content_type="application/yaml")


@login_not_required
@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1 as JSON."""
    return HttpResponse(_write_json(), content_type="application/json")


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The description to read and to try: Swagger UI from our own host, which keeps the content policy."""
    return render(request, "api/page.html")
