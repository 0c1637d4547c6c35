"""Who the customers are."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from lifecycle.rules.traits import PRODUCT_TAGS, TIERS

# How the external id of an erased customer begins. What follows is a keyed digest of the id that it had.
ERASED = "erased:"


def name_once_erased(external_id: str) -> str:
    """What the external id becomes when its customer is erased; an erased one stays as it is."""
    if external_id.startswith(ERASED):
        return external_id
    return ERASED + salted_hmac("lifecycle.erased", external_id, algorithm="sha256").hexdigest()


class Customer(models.Model):
    """A person or account whose lifecycle is followed.

    Missing text is NULL, not empty, because rules ask whether a value is known.
    """

    external_id = models.CharField(
        max_length=200, help_text="The customer's id in the system that sends the events.", editable=False
    )
    email = models.EmailField(max_length=254, null=True, blank=True)
    name = models.CharField(max_length=200, null=True, blank=True)
    plan = models.CharField(max_length=60, null=True, blank=True)
    product_tag = models.CharField(max_length=10, null=True, blank=True, choices=tuple(PRODUCT_TAGS.items()))
    tier = models.CharField("service tier", max_length=30, null=True, blank=True, choices=tuple(TIERS.items()))
    account_status = models.CharField(max_length=30, null=True, blank=True)
    timezone = models.CharField(max_length=60, default="UTC", help_text="IANA name, such as Asia/Tokyo.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers",
        db_index=False, verbose_name="success manager", help_text="In whose portfolio the customer is.",
    )  # fmt: skip
    traits = models.JSONField(default=dict, blank=True, help_text="Everything else that identify events told.")
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("external_id",), name="customer_external_id_unique"),)
        indexes = (
            # For searches by beginning, in any collation of the database.
            models.Index(fields=("external_id",), opclasses=("varchar_pattern_ops",), name="customer_external_id_like"),
            models.Index(OpClass(Lower("email"), name="varchar_pattern_ops"), name="customer_email_lower"),
            models.Index(OpClass(Lower("name"), name="varchar_pattern_ops"), name="customer_name_lower"),
            models.Index(fields=("plan", "-id"), name="customer_plan"),
            models.Index(fields=("created_at",), name="customer_created"),
            models.Index(fields=("product_tag", "-id"), name="customer_product_tag"),
            models.Index(fields=("owner", "-id"), condition=models.Q(owner__isnull=False), name="customer_owner"),
        )
        permissions = (
            ("view_every_customer", "Can view the customers of everybody"),
            ("assign_customer", "Can assign customers to success managers"),
        )

    def __str__(self) -> str:
        if self.is_erased:
            return f"Erased customer {self.pk}"
        return self.name or self.email or self.external_id

    @property
    def is_erased(self) -> bool:
        return self.external_id.startswith(ERASED)
