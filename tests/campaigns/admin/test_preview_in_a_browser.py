"""A message is seen as it is written."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.customer_success.cast import enter, member
from tests.factories import CustomerFactory, TemplateTextFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BODY = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"


@pytest.fixture
def page_of_text(page: Page) -> Page:
    text = TemplateTextFactory(subject="Hello", body=BODY.format("Dear {{ customer.first_name }}"))
    mara: User = member("mara", "Marketer")
    enter(page, mara)
    page.goto(reverse("admin:campaigns_messagetemplate_text", args=[text.template_id, text.language]))
    return page


def test_the_preview_follows_what_is_written_and_for_whom(page_of_text):
    page, mail = page_of_text, page_of_text.frame_locator(".tn-preview-frame")
    CustomerFactory(external_id="c-1", name="Ann Lee")
    expect(mail.locator("body")).to_contain_text("Dear [customer.first_name]")

    page.get_by_label("Body").fill(BODY.format("Good morning, {{ customer.first_name }}"))
    expect(mail.locator("body")).to_contain_text("Good morning, [customer.first_name]")
    page.get_by_label("Customer", exact=True).fill("c-1")

    expect(mail.locator("body")).to_contain_text("Good morning, Ann")


def test_a_mistake_is_told_while_it_is_written_and_nothing_is_saved(page_of_text):
    page = page_of_text
    page.get_by_label("Body").fill(BODY.format("{{ customer.shoe_size }}"))
    expect(page.locator("#preview-content")).to_contain_text("shoe_size")

    page.reload()

    expect(page.get_by_label("Body")).to_have_value(BODY.format("Dear {{ customer.first_name }}"))


def test_the_preview_is_as_narrow_as_a_telephone_if_asked(page_of_text):
    page = page_of_text
    frame = page.locator(".tn-preview-frame")
    wide = frame.bounding_box()["width"]

    page.get_by_label("Narrow").check()

    assert frame.bounding_box()["width"] == min(390, wide)
    page.get_by_label("Dark").check()
    expect(frame).to_have_css("filter", "invert(1) hue-rotate(180deg)")
