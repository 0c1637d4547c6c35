"""Texts of authors cannot leak, hang, or send what is broken; whoever renders them lives on."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from campaigns.messages import box
from campaigns.messages.box import CannotRender, MailTexts, render_mail, render_texts

CANARY = "canary-7f3a"
VALUES = {
    "customer": {"name": "Ann Lee", "first_name": None, "city": "  ", "bio": "<script>x</script>\r\nBcc: a@b.c"},
    "list": [3, 1, 2],
    "half": "\ud800",
    "nul": "a\0b",
}
LONG = "{% capture a %}" + "x" * 20_000 + "{% endcapture %}"
ATTACKS = {
    "class": "{{ customer.__class__ }}",
    "mro": "{{ customer.name.__class__.__mro__[1].__subclasses__ }}",
    "init_globals": "{{ customer.__init__.__globals__.os.environ }}",
    "method": "{{ customer.clear }}",
    "dict_method": "{{ customer.items }}",
    "upper_call": "{{ customer.name.upper() }}",
    "settings": "{{ settings.SECRET_KEY }}",
    "environment": "{{ env.TENURE_CANARY }}",
    "self": "{{ self._environment }}",
    "whole_group": "{{ customer }}",
    "include": "{% include '/etc/passwd' %}",
    "render": "{% render 'settings.py' %}",
    "layout": "{% extends 'base.html' %}",
    "tablerow": "{% tablerow i in (1..1000000) %}x{% endtablerow %}",
    "cycle": "{% increment x %}",
    "nested_loops": "{% for a in (1..999) %}" * 3 + "x" + "{% endfor %}" * 3,
    "long_loop": "{% for a in (1..100000000) %}x{% endfor %}",
    "doubling": LONG + "{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}",
    "doubling_by_capture": LONG + "{% for i in (1..40) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}",
    "replace_bomb": LONG + "{{ a" + " | replace: 'x', 'xxxxxxxxxxxxxxxxxxxxxxxx'" * 8 + " }}",
    "replace_nothing": LONG + "{{ a" + " | replace: '', 'xxxxxxxxxxxxxxxxxxxxxxx'" * 8 + " }}",
    "prepend_bomb": LONG + "{{ a" + " | prepend: a" * 12 + " }}",
    "range_join": "{{ (1..20000000) | join: ',' }}",
    "range_huge": "{{ (1..99999999999999999999999999999) | size }}",
    "range_reverse": "{{ (1..20000000) | reverse | first }}",
    "range_concat": "{% assign a = (1..900) %}{{ a | concat: (1..90000000) | size }}",
    "split_join": LONG + "{{ a | split: '' | join: 'yyyyyyyyyyyyyyyyyyyyyyyyy' }}",
    "number_bomb": "{% assign n = 99999 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}{{ n }}",
    "digits": "{{ " + "9" * 10_000 + " }}",
    "float_bomb": "{{ " + "9" * 300 + ".5 | times: 2 }}",
    "strftime_bomb": "{{ '2026-03-01' | date: '%9999999999d' }}",
    "strftime_zone": "{{ '2026-03-01' | date: '%s %Z' }}",
    "clock": "{{ 'now' | date: '%Y' }}",
    "by_zero": "{{ 1 | divided_by: 0 }}",
    "deep_blocks": "{% if true %}" * 60 + "x" + "{% endif %}" * 60,
    "deep_path": "{{ " + "a[" * 20_000 + " }}",
    "long_condition": "{% if " + " and ".join(["customer.name"] * 5_000) + " %}{% endif %}",
    "too_long": "x" * 100_001,
    "unclosed": "{% if customer.name %}Hello",
    "unclosed_output": "{{ customer.name ",
    "unknown_tag": "{% load static %}",
    "unknown_filter": "{{ customer.name | safe }}",
    "base64": "{{ 'PHNjcmlwdD4=' | base64_decode }}",
    "missing": "Hello {{ customer.nickname }}",
    "none": "Hello {{ customer.first_name }}",
    "blank": "Hello {{ customer.city }}",
    "missing_by_a_detour": "{% assign x = customer.first_name | upcase %}Hello {{ x }}",
    "missing_in_a_filter": "{{ 'Hello ' | append: customer.first_name }}",
    "missing_in_arithmetic": "{{ customer.age | times: 2 }}",
    "missing_list": "{% for one in event.items %}{{ one }}{% endfor %}",
    "half_a_character": "{{ half }}",
    "nul": "{{ nul }}",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refuses_or_bounds(attack, monkeypatch):
    monkeypatch.setenv("TENURE_CANARY", CANARY)
    render_texts({"text": "warm"}, {})
    child, started = box._box.child.pid, monotonic()

    with pytest.raises(CannotRender) as refused:
        render_texts({"text": ATTACKS[attack]}, VALUES)

    assert monotonic() - started < 2
    assert CANARY not in str(refused.value)
    assert refused.value.place == "text"
    assert len(str(refused.value)) < 600
    assert render_texts({"text": "{{ customer.name }}"}, VALUES) == {"text": "Ann Lee"}
    assert box._box.child.pid == child


def test_a_mistake_is_told_with_its_line():
    with pytest.raises(CannotRender, match=r"body, line 3: customer.nickname has no value; say what to write instead"):
        render_texts({"body": "Hello\n\n{{ customer.nickname }}"}, VALUES)


@pytest.mark.parametrize("break_in", ["customer.bio", "'a\nBcc: x@example.com'", "'a,b' | replace: ',', '\n'"])
def test_a_subject_has_one_line(break_in):
    with pytest.raises(CannotRender, match="subject: it has more than one line"):
        mail(subject=f"Hello {{{{ {break_in} }}}} there")


def test_values_cannot_write_html():
    html = mail(body=text_of("{{ customer.bio }} {{ customer.bio | upcase | append: '!' }}")).html

    assert "<script>" not in html.lower()
    assert "&lt;script&gt;" in html


def test_values_cannot_write_mjml():
    values = {"customer": {"name": '"/></mj-text><mj-raw><img src=x>'}, "unsubscribe_url": "u", "preferences_url": "p"}

    html = render_mail(MailTexts("Hi", text_of("{{ customer.name }}")), values, is_marketing=False).html

    assert "<img" not in html


def test_authors_cannot_read_files_by_mjml():
    with pytest.raises(CannotRender, match="unable to load included template"):
        mail(body="<mjml><mj-body><mj-include path='/etc/passwd' /></mj-body></mjml>")


def test_a_child_that_is_brought_down_is_replaced():
    deep = "<mjml><mj-body>" + "<div>" * 15_000 + "</mj-body></mjml>"

    with pytest.raises(CannotRender, match="brought its process down"):
        mail(body=deep)

    assert mail().subject == "Hello Ann Lee"


def test_a_child_that_stands_still_is_killed_after_two_seconds():
    mail()
    os.kill(box._box.child.pid, signal.SIGSTOP)
    started = monotonic()

    with pytest.raises(CannotRender, match="longer than 2 seconds"):
        mail()

    assert monotonic() - started < 3
    assert mail().subject == "Hello Ann Lee"


def test_a_child_that_died_meanwhile_is_not_noticed():
    mail()
    box._box.child.kill()

    assert mail().subject == "Hello Ann Lee"


def test_a_forked_process_has_a_child_of_its_own():
    mail()
    child = box._box.child.pid
    fork = os.fork()
    if not fork:
        os._exit(0 if mail().subject == "Hello Ann Lee" and box._box.child.pid != child else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert mail().subject == "Hello Ann Lee"
    assert box._box.child.pid == child


def test_threads_do_not_mix_up_their_mails():
    def subject(number: int) -> str:
        return render_texts({"text": "{{ n }}"}, {"n": number})["text"]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(subject, range(200))) == [str(number) for number in range(200)]


def test_the_child_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("TENURE_CANARY", CANARY)
    box._box._end()
    mail()
    environment = Path(f"/proc/{box._box.child.pid}/environ").read_bytes()

    assert b"PYTHONPATH" in environment
    assert CANARY.encode() not in environment


def test_what_is_too_big_is_not_even_asked():
    with pytest.raises(CannotRender, match="2,000,000 are allowed"):
        render_texts({"text": "x"}, {"long": "x" * 2_000_000})


def text_of(text):
    return f"<mjml><mj-body><mj-section><mj-column><mj-text>{text}</mj-text></mj-column></mj-section></mj-body></mjml>"


def mail(subject="Hello {{ customer.name }}", body=None, **texts):
    body = body or text_of("Hello {{ customer.name }}")
    return render_mail(MailTexts(subject, body, **texts), VALUES, is_marketing=False)
