"""A plain text from the MJML of a mail, and the HTML in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = {"mj-head", "head", "style", "script", "title"}
_BLOCKS = {
    "mj-section", "mj-column", "mj-text", "mj-button", "mj-table", "mj-social-element", "mj-navbar-link", "p", "div",
    "table", "tr", "ul", "ol", "section", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_LINKS = {"a", "mj-button", "mj-social-element", "mj-navbar-link"}
_LINES = {"hr": "\n\n--\n\n", "mj-divider": "\n\n--\n\n", "br": "\n", "li": "\n- "}


def plain_of(body: str) -> str:
    """Paragraphs apart, items with a dash, addresses of links behind their words."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden_in: list[str] = []
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.hidden_in or tag in _HIDDEN:
            self.hidden_in.append(tag)
            return
        told = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        self.parts.append(_LINES.get(tag) or told.get("alt", ""))
        if tag in _LINKS:
            self.links.append((told.get("href", ""), len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if self.hidden_in:
            while tag in self.hidden_in and self.hidden_in.pop() != tag:
                pass
            return
        if tag in _LINKS and self.links:
            address, start = self.links.pop()
            words = "".join(self.parts[start:]).strip()
            if address.removeprefix("mailto:") not in {words, ""}:
                self.parts.append(f" ({address})" if words else address)
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden_in:
            self.parts.append(re.sub(r"\s+", " ", data))
