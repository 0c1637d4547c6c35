"""A mail is made of its texts: subject, HTML, plain text, and the links by which a customer says no."""

from __future__ import annotations

import pytest

from campaigns.messages.box import CannotRender, MailTexts, names_in, render_mail, render_texts
from campaigns.messages.languages import language_for
from campaigns.messages.plain import plain_of

LINKS = {"unsubscribe_url": "https://t.example/m/u/1", "preferences_url": "https://t.example/m/p/1"}
VALUES = {"customer": {"name": "Ann"}, **LINKS}


def body(inside="<mj-text>Hello {{ customer.name }}</mj-text>", head=""):
    return f"<mjml>{head}<mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body></mjml>"


def marketing(inside="<mj-text>Hello</mj-text>", **texts):
    return render_mail(MailTexts(subject="News", body=body(inside), **texts), VALUES, is_marketing=True)


def test_marketing_gets_the_links_that_its_author_left_out():
    mail = marketing(language="de-AT")

    for url in LINKS.values():
        assert url in mail.html
        assert url in mail.text
    assert "Abmelden" in mail.html


def test_marketing_with_links_of_its_own_gets_no_others():
    mail = marketing('<mj-text>Hello. <a href="{{ unsubscribe_url }}">Stop</a></mj-text>')

    assert mail.html.count(LINKS["unsubscribe_url"]) == 1
    assert "Your preferences" not in mail.html


def test_a_text_that_the_author_wrote_gets_the_links_too():
    mail = marketing(text="Hello {{ customer.name }}")

    assert mail.text.startswith("Hello Ann\n\n--\nUnsubscribe: https://t.example/m/u/1")


def test_what_is_no_marketing_gets_no_links():
    mail = render_mail(MailTexts("Your order", body()), VALUES, is_marketing=False)

    assert LINKS["unsubscribe_url"] not in mail.html + mail.text


def test_the_preheader_is_hidden_before_the_text_and_not_in_the_plain_one():
    mail = marketing(preheader="For {{ customer.name }} & Co")

    assert "max-height:0px" in mail.html
    assert "For Ann &amp; Co" in mail.html
    assert "For Ann" not in mail.text


def test_an_author_with_a_head_of_its_own_keeps_it():
    head = '<mj-head><mj-attributes><mj-all font-family="Georgia" /></mj-attributes></mj-head>'

    html = render_mail(MailTexts("News", body(head=head), preheader="First"), VALUES, is_marketing=False).html

    assert "font-family:Georgia" in html
    assert "First" in html


def test_nothing_is_loaded_from_elsewhere():
    assert "fonts.g" not in marketing().html


def test_the_html_says_its_language():
    assert '<html lang="de-AT"' in marketing(language="de-AT").html


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hello", "begins with <mjml>"),
        ("<mjml><mj-body><mj-section></mj-body></mjml>", "it is no MJML"),
        (body("<mj-txt>Hello</mj-txt>"), "there is no mj-txt in MJML"),
    ],
)
def test_what_is_no_mjml_is_refused(written, said):
    with pytest.raises(CannotRender, match=said):
        render_mail(MailTexts("News", written), VALUES, is_marketing=False)


def test_a_mail_without_a_subject_is_refused():
    with pytest.raises(CannotRender, match="subject: it is empty"):
        render_mail(MailTexts("{% if false %}News{% endif %}", body()), VALUES, is_marketing=False)


def test_a_sample_shows_the_names_of_what_is_missing():
    text = "{{ event.total }} {% for one in event.items %}{{ one.name }}{% endfor %} {{ trait.age | plus: 1 }}"

    mail = render_mail(
        MailTexts("Hello", body(f"<mj-text>{text}</mj-text>")),
        {"event": {}, "trait": {}},
        is_marketing=False,
        is_sample=True,
    )

    assert "[event.total] [one.name]" in mail.html


def test_the_names_that_a_text_reads_are_told():
    found = names_in({"text": "{% for one in event.items %}{{ one.name }}{% endfor %}{{ customer.name }}"})

    assert sorted(found["text"]) == [["customer", "name"], ["event", "items"]]


def test_what_is_missing_may_be_asked_for():
    texts = {"text": "{% if customer.city %}in {{ customer.city }}{% else %}somewhere{% endif %}"}

    assert render_texts(texts, VALUES) == {"text": "somewhere"}


@pytest.mark.parametrize(
    ("mjml", "plain"),
    [
        ("<mj-text><p>One  two</p><p>three<br/>four</p></mj-text>", "One two\n\nthree\nfour"),
        ('<mj-text>See <a href="https://a.b">this</a></mj-text>', "See this (https://a.b)"),
        ('<mj-text><a href="https://a.b">https://a.b</a></mj-text>', "https://a.b"),
        ('<mj-button href="https://a.b">Go</mj-button>', "Go (https://a.b)"),
        ("<mj-text><ul><li>a</li><li>b</li></ul></mj-text>", "- a\n- b"),
        ('<mj-image src="x.png" alt="A cat" />', "A cat"),
        ("<mj-text>a</mj-text><mj-divider /><mj-text>b &amp; c</mj-text>", "a\n\n--\n\nb & c"),
        ("<mj-head><mj-title>No</mj-title><br></mj-head><mj-text>Yes</mj-text>", "Yes"),
        ("<mj-text><style>p {}</style>Yes</mj-text>", "Yes"),
    ],
)
def test_the_plain_text_says_the_same(mjml, plain):
    assert plain_of(mjml) == plain


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("de-AT", "de"), ("pt_br", "pt-BR"), ("pt", "en"), ("DE", "de"), ("", "en"), ("fr", "en"), ("\0", "en")],
)
def test_a_language_falls_back_to_a_wider_one_and_then_to_the_default(wanted, found):
    assert language_for(wanted, among=["en", "de", "pt-BR"], default="en") == found
