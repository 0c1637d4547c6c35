"""One shape of every error, on every route."""

import logging
from unittest import mock

import pytest
from django.db import OperationalError
from django.urls import URLPattern, get_resolver

from lifecycle import queries
from lifecycle.api import urls
from lifecycle.api.problems import MEDIA_TYPE
from lifecycle.api.schema import written_schema
from tests.api.conftest import READS, WRITES, person, speaking_for

SCHEMA = written_schema()
ROUTES = sorted(f"/api/{one.pattern}".replace("<int:id>", "1") for one in urls.urlpatterns if one.name)
POSTED = {path.replace("{id}", "1") for path, methods in SCHEMA["paths"].items() if "get" not in methods}
PAGES = {"/api/docs", "/api/schema"}
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors"}


@pytest.fixture
def somebody(db):
    client = speaking_for(person("mia", *READS, *WRITES))
    client.raise_request_exception = False  # the answer is what counts here
    return client


def assert_is_a_problem(answer, status: int, path: str) -> None:
    assert answer.status_code == status
    assert answer["Content-Type"] == MEDIA_TYPE
    body = answer.json()
    assert set(body) == MEMBERS
    assert (body["status"], body["instance"]) == (status, path)
    assert body["detail"]
    for one in body["errors"]:
        assert set(one) == {"field", "code", "message"}


@pytest.mark.parametrize("path", ROUTES)
def test_answers_a_wrong_method_with_a_problem(somebody, path):
    assert_is_a_problem(somebody.trace(path), 405, path)


@pytest.mark.parametrize("path", sorted(set(ROUTES) - PAGES))
def test_answers_an_unknown_parameter_with_a_problem(somebody, path):
    method = somebody.post if path in POSTED else somebody.get

    answer = method(f"{path}?nosuch=1")

    assert_is_a_problem(answer, 400, path)
    assert answer.json()["errors"][0]["field"] == "nosuch"


@pytest.mark.parametrize("path", sorted(set(ROUTES) - PAGES - {"/api/auth/login"}))
def test_answers_the_nameless_with_a_problem(anonymous, path):
    method = anonymous.post if path in POSTED else anonymous.get

    assert_is_a_problem(method(path), 401, path)


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/customers/", "/api/customers/x/y", "/api/nul%00l"])
def test_answers_with_a_problem_where_nothing_is(anonymous, path):
    for method in (anonymous.get, anonymous.post, anonymous.delete):
        answer = method(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, MEDIA_TYPE)


def test_answers_an_unwanted_format_with_a_problem(somebody):
    assert_is_a_problem(somebody.get("/api/customers", HTTP_ACCEPT="text/html"), 406, "/api/customers")


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"new_tag": "\\ud800"}', b"[" * 50_000], ids=range(4))
def test_answers_a_body_that_nobody_can_read_with_a_problem(somebody, body):
    path = "/api/auth/login"

    assert_is_a_problem(somebody.post(path, body, content_type="application/json"), 400, path)


def test_answers_a_body_of_another_type_with_a_problem(somebody):
    assert_is_a_problem(somebody.post("/api/auth/login", "<a/>", content_type="text/xml"), 415, "/api/auth/login")


def test_answers_too_large_a_form_with_a_problem(somebody):
    body = b'{"username": "' + b"x" * 200_000

    assert_is_a_problem(somebody.post("/api/auth/login", body, content_type="application/json"), 413, "/api/auth/login")


def test_tells_nothing_of_a_fault_of_ours_but_logs_it(somebody, caplog):
    with (
        mock.patch.object(queries, "customers", side_effect=RuntimeError("the secret")),
        caplog.at_level(logging.ERROR),
    ):
        answer = somebody.get("/api/customers")

    assert_is_a_problem(answer, 500, "/api/customers")
    assert "secret" not in answer.text
    assert "the secret" in caplog.text


def test_says_that_the_database_is_away(somebody):
    with mock.patch.object(queries, "customers", side_effect=OperationalError("gone")):
        answer = somebody.get("/api/customers")

    assert_is_a_problem(answer, 503, "/api/customers")
    assert answer["Retry-After"] == "5"


def test_answers_a_wrong_host_with_a_problem(somebody):
    answer = somebody.get("/api/customers", HTTP_HOST="evil.example")

    assert (answer.status_code, answer["Content-Type"]) == (400, MEDIA_TYPE)


def test_leaves_the_pages_their_own_errors(client, db):
    assert client.get("/nowhere")["Content-Type"].startswith("text/html")


def operations() -> list[tuple[str, dict]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in SCHEMA["paths"].items()
        if path.startswith("/api/")
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize(("name", "operation"), operations(), ids=lambda value: value if isinstance(value, str) else "")
def test_documents_every_problem_of_every_operation(name, operation):
    expected = {"400", "405", "406", "500", "503"}
    expected |= {"429"} if name != "post /api/v1/campaigns/receipts" else set()  # providers tell much at once
    expected |= {"401"} if name != "post /api/auth/login" else set()
    expected |= {"413", "415"} if "requestBody" in operation else set()
    expected |= {"404"} if "{id}" in name else set()

    answers = operation["responses"]

    assert expected <= set(answers)
    for code, answer in answers.items():
        if code >= "400":
            assert list(answer["content"]) == [MEDIA_TYPE], code


def test_documents_every_route():
    documented = {path.replace("{id}", "1") for path in SCHEMA["paths"]}
    alone = {f"/{one.pattern}" for one in get_resolver().url_patterns if isinstance(one, URLPattern)} & documented

    assert set(ROUTES) - PAGES <= documented
    assert alone == {"/health", "/health/live", "/health/ready", "/api/analytics/status-tags/dashboard"}


def test_shows_the_schema_and_its_page_to_everybody(anonymous):
    assert anonymous.get("/api/schema").json()["info"]["title"] == "Tenure"
    page = anonymous.get("/api/docs")
    assert page.status_code == 200
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page.text
    assert "https://" not in page.text.replace("https://www.w3.org", "")
