"""docs/metrics.md says what the catalogue says."""

from django.conf import settings

from lifecycle.metrics.document import as_markdown


def test_the_page_is_up_to_date():
    page = (settings.BASE_DIR / "docs/metrics.md").read_text()

    assert page == as_markdown(), "run: manage.py document_metrics > docs/metrics.md"
