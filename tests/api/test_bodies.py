"""What is sent is what it says, or is refused field by field; nothing that only looks right gets through."""

import json
from io import BytesIO

import pytest
from django.test import RequestFactory
from rest_framework.response import Response

from pops.web.api.views import ApiView
from tests.api.shapes import PlaceShape
from tests.factories.api import new_key, service_account

pytestmark = pytest.mark.django_db


class Echo(ApiView):
    """Says what it understood."""

    scopes = {"PUT": "practice:write"}
    rights = {"PUT": "practice.add_facility"}

    def put(self, request):
        return Response({name: str(value) for name, value in self.read(PlaceShape).items()})


@pytest.fixture
def send(practice):
    text = new_key(service_account()).text

    def send(body, kind="application/json", *, server=None, **more):
        headers = {"Authorization": f"Bearer {text}", **more}
        sent = RequestFactory().put("/api/v1/echo", body, content_type=kind, headers=headers, **(server or {}))
        answer = Echo.as_view()(sent)
        if hasattr(answer, "render"):
            answer.render()
        return answer.status_code, json.loads(answer.content)

    return send


class Chunks(BytesIO):
    """What a web server makes of chunks, until one of them is none."""

    def read(self, size=-1):
        if not self.getvalue():
            raise ValueError("Invalid chunk size")
        return super().read(size)


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b'{"name": "Annex"}', 200, {"name": "Annex"}),
        (b"", 400, "bad_chunks"),
        (b'{"name": "' + b"a" * 10 * 1024 * 1024, 413, "too_large"),
    ],
    ids=["read", "broken", "endless"],
)
def test_a_body_may_come_in_chunks(send, body, status, told):
    server = {"wsgi.input": Chunks(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    server["CONTENT_TYPE"] = "application/json"  # which the factory says of no empty body
    came, answer = send("", server=server, **{"Transfer-Encoding": "chunked"})

    assert (came, answer if status == 200 else answer["code"]) == (status, told)


def test_where_the_web_server_knows_no_chunks_they_are_refused_as_nothing_of_them_would_be_read(send):
    status, told = send("{}", **{"Transfer-Encoding": "chunked"})

    assert (status, told["code"]) == (400, "length_missing")


def test_a_compressed_body_is_refused_in_words(send):
    assert send("{}", **{"Content-Encoding": "identity"})[1]["code"] == "invalid"
    status, told = send("{}", **{"Content-Encoding": "gzip"})

    assert (status, told["code"]) == (415, "encoded")


def test_what_is_right_is_understood(send):
    body = {"name": " Annex ", "fee_cents": 4200, "since": "2026-03-01", "is_open": False}

    assert send(b"\xef\xbb\xbf" + json.dumps(body).encode())[0] == 200, "as Windows writes files"
    assert send({**body, "seen_at": "2026-03-01T12:00:00-05:00"}) == (
        200,
        {
            "name": "Annex",
            "fee_cents": "4200",
            "since": "2026-03-01",
            "seen_at": "2026-03-01 17:00:00+00:00",
            "is_open": "False",
        },
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id", 5, "read_only"),
        ("nmae", "Annex", "unknown"),
        ("name", 5, "invalid"),
        ("name", None, "null"),
        ("name", "a" * 301, "max_length"),
        ("fee_cents", "4200", "invalid"),
        ("fee_cents", 42.0, "invalid"),
        ("fee_cents", True, "invalid"),
        ("fee_cents", -1, "min_value"),
        ("fee_cents", 10**30, "max_value"),
        ("since", "2026-02-30", "invalid"),
        ("since", "03/01/2026", "invalid"),
        ("since", "٢٠٢٦-٠١-٠٥", "invalid"),
        ("since", "0001-01-01", "far"),
        ("seen_at", "2026-03-01T12:00:00", "no_zone"),
        ("seen_at", "noon", "invalid"),
        ("seen_at", "2026-W09-7T12:00:00Z", "invalid"),
        ("seen_at", "2026-03-01x12:00:00Z", "invalid"),
        ("is_open", "true", "invalid"),
        ("is_open", {}, "invalid"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(send, field, value, code):
    status, told = send({"name": "Annex", field: value})

    assert status == 422
    assert [(error["pointer"], error["code"]) for error in told["errors"]] == [(f"#/{field}", code)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("", 422, "invalid"),
        ("{", 400, "not_json"),
        ("[]", 422, "invalid"),
        ('"Annex"', 422, "invalid"),
        ("null", 422, "invalid"),
        (b"\xff\xfe", 400, "not_json"),
        ('{"name": NaN}', 400, "not_json"),
        ('{"name": "Annex", "name": "Attic"}', 400, "not_json"),
        ('{"fee_cents": ' + "9" * 10_000 + "}", 400, "not_json"),
        ('{"name": "\\u0000"}', 400, "unfit_text"),
        ('{"name": "\\ud83d"}', 400, "unfit_text"),
        ('{"\\udc00": 1}', 400, "unfit_text"),
        ("[" * 100_000, 400, "too_deep"),
        ("[" * 33 + "]" * 33, 400, "too_deep"),
        ('{"name": "' + "a" * 10 * 1024 * 1024 + '"}', 413, "too_large"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bodies_that_are_none(send, body, status, code):
    came, told = send(body)

    assert (came, told["code"]) == (status, code)


def test_brackets_in_texts_lie_in_nothing(send):
    assert send({"name": "[" * 40})[0] == 200
    assert send('{"name": "\\\\u0000"}')[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
def test_other_content_types_are_not_read(send, kind):
    assert send("name=Annex", kind)[1]["code"] == "unsupported_media_type"
