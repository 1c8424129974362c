"""What the API says of itself: whole, as it is, and to be read without another host."""

import pytest

from pops import gunicorn
from pops.subscribers.models import Event
from pops.web.api.description import write_yaml
from tests.api.told import check_event
from tests.api.walking import operations
from tests.browsing import problems_of
from tests.conventions.source import ROOT


def described(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    return {(method.upper(), path): said for path, methods in paths.items() for method, said in methods.items()}


def test_what_is_checked_in_is_what_there_is():
    assert (ROOT / "docs/openapi.yaml").read_bytes() == write_yaml(), "make openapi"


@pytest.mark.django_db
def test_each_operation_is_described_with_examples(client):
    told = described(client)

    assert len(told) == len(list(operations()))
    for (method, path), said in told.items():
        assert said["summary"], (method, path)
        for status, answer in said["responses"].items():
            kinds = answer.get("content", {}) if status.startswith("2") else {}
            assert all("examples" in kind or name != "application/json" for name, kind in kinds.items()), (method, path)
        asked = said.get("requestBody", {}).get("content", {})
        assert all("examples" in kind for kind in asked.values()), (method, path)


@pytest.mark.django_db
def test_no_address_that_may_be_asked_is_longer_than_the_web_server_reads(client):
    for operation, said in described(client).items():
        asked = [one for one in said.get("parameters", ()) if one["in"] == "query"]
        longest = sum(len(one["name"]) + 12 * one["schema"].get("maxLength", 1) for one in asked)
        assert longest < gunicorn.limit_request_line, operation


@pytest.mark.django_db
def test_each_webhook_is_described(client):
    told = client.get("/api/v1/openapi.json").json()["webhooks"]

    assert set(told) == {*Event.values, "test"}
    for one in told.values():
        check_event(one["post"]["requestBody"]["content"]["application/json"]["examples"]["Call"]["value"])


@pytest.mark.django_db
def test_its_files_open_to_everybody_and_hold_no_secret(client):
    answers = [client.get(f"/api/v1/openapi.{kind}") for kind in ("json", "yaml")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].content == write_yaml()
    assert answers[0].json()["openapi"].startswith("3.1")


def test_its_page_can_be_read_by_all_and_tries_a_call(live_server, page, practice):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.goto(f"{live_server.url}/api/")
    page.get_by_text("List POPS Groups").click()
    page.get_by_role("button", name="Try it out").click()
    assert said == []
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/groups?limit=100")) as answer:
        page.get_by_role("button", name="Execute").click()

    assert answer.value.status == 401
    page.get_by_text("key_missing").first.wait_for()
    page.get_by_text("Make a QuickPay link").click()
    page.get_by_role("button", name="Try it out").click()
    assert problems_of(page) == []
    page.get_by_role("button", name="Authorize").first.click()
    assert problems_of(page) == []
