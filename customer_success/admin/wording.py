"""How health reads on a page: for Python and, as filters, for templates."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lifecycle.models import Customer


def health_link(customer: Customer) -> SafeString:
    url = reverse("admin:customer_success_customerhealth_change", args=[customer.id])
    return format_html('<a class="tn-link" href="{}">{}</a>', url, customer)
