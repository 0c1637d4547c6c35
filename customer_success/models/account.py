"""Accounts: customers that a success manager looks after, and what success means to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from customer_success.rules.limits import OF_ACCOUNTS, OF_PROFILES, Limit
from lifecycle.models import Customer

from .choices import ChurnRiskLevel, DataMigrationStatus, OnboardingStatus


class Judgement(models.TextChoices):
    """What a success manager thinks of something that nobody can count (spec 4, the health dimensions)."""

    EXCELLENT = "excellent", "Excellent"
    GOOD = "good", "Good"
    FAIR = "fair", "Fair"
    POOR = "poor", "Poor"


class IntegrationStatus(models.TextChoices):
    NOT_STARTED = "NOT_STARTED", "Not started"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    COMPLETED = "COMPLETED", "Completed"
    FAILED = "FAILED", "Failed"


def money(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        max_digits=19, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)], **more
    )


def share(help_text: str = "") -> models.DecimalField[Any, Any]:
    """In percent, 0 to 100."""
    bounds = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    return models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, validators=bounds, help_text=help_text
    )


def rating(low: int, high: int, name: str, help_text: str) -> models.DecimalField[Any, Any]:
    bounds = [MinValueValidator(Decimal(low)), MaxValueValidator(Decimal(high))]
    return models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=bounds,
        verbose_name=name,
        help_text=help_text,
    )


def judgement(help_text: str) -> models.CharField[Any, Any]:
    return models.CharField(max_length=10, choices=Judgement, null=True, blank=True, help_text=help_text)


def count(help_text: str = "") -> models.PositiveIntegerField[Any, Any]:
    return models.PositiveIntegerField(null=True, blank=True, help_text=help_text)


def held(limit: Limit, name: str) -> models.CheckConstraint:
    """A limit, held by the database as well."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{limit.lower}__lte": models.F(limit.upper)}),
        name=name,
        violation_error_message=limit.sentence,
    )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Account(models.Model):
    """A customer with a contract. Its tier is ``Customer.tier``, its status the tag in the lifecycle ``account``,
    its success manager ``Customer.owner``."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="account")
    annual_revenue = money(help_text="Per year, by contract; the tier follows from it.")
    lifetime_value = money()
    contract_start_date = models.DateField(null=True, blank=True)
    contract_end_date = models.DateField(null=True, blank=True)
    renewal_date = models.DateField(null=True, blank=True)
    total_policies = count("Contracts or policies, in all.")
    active_policies = count("Of these, in force.")
    churn_risk = models.CharField(max_length=10, choices=ChurnRiskLevel, null=True, blank=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)
    industry = models.CharField(max_length=80, null=True, blank=True)
    labels = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="Free words, with commas.")
    opened_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("-customer_id",)
        constraints = tuple(held(limit, f"account_{limit.upper}") for limit in OF_ACCOUNTS)
        indexes = (models.Index(fields=("renewal_date",), name="account_renewal"),)

    def __str__(self) -> str:
        return str(self.customer)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SuccessProfile(models.Model):
    """What an account wants to reach, and how far it is (spec 3, ``CustomerSuccessProfile``; spec 4, health)."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    executive_sponsor = models.CharField(max_length=200, null=True, blank=True)
    business_objectives = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    success_criteria = ArrayField(models.CharField(max_length=300), default=list, blank=True)

    onboarding_status = models.CharField(
        max_length=12, choices=OnboardingStatus, default=OnboardingStatus.NOT_STARTED,
    )  # fmt: skip
    onboarding_started_on = models.DateField(null=True, blank=True)
    onboarding_completed_on = models.DateField(null=True, blank=True)
    first_value_on = models.DateField(
        null=True, blank=True, help_text="When the customer first had what it came for; time to value ends here."
    )
    integration_status = models.CharField(
        max_length=12, choices=IntegrationStatus, default=IntegrationStatus.NOT_STARTED
    )
    data_migration_status = models.CharField(
        max_length=12, choices=DataMigrationStatus, default=DataMigrationStatus.NOT_STARTED
    )

    training_completion = share("Of the planned training.")
    users_trained = count()
    licensed_users = count()
    active_users = count("Of the licensed ones, in the last 30 days.")
    features_available = count()
    features_used = count()
    plan_limit = count("What the plan includes, such as workflows a month.")
    plan_usage = count("How much of it is used.")
    use_cases = count("In production.")
    business_units = count("That use the product.")

    nps_score = rating(0, 10, "NPS", "The latest answer, 0 to 10.")
    csat_score = rating(1, 5, "CSAT", "The latest rating, 1 to 5.")
    ces_score = rating(1, 7, "CES", "The latest answer, 1 to 7; 7 is effortless.")
    complaints = count("In the last 90 days.")

    goal_attainment = share("Of the agreed goals.")
    roi = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, verbose_name="ROI",
        help_text="Measured return in percent of the subscription's cost.",
    )  # fmt: skip
    payments_on_time = share("Of all invoices.")
    contract_compliance = share()
    renewal_intent = judgement("How likely the customer is to renew.")
    expansion_revenue = money(help_text="Gained since the contract started, per year.")
    expansion_probability = share("That the customer expands within a year.")

    support_interaction = judgement("Excellent: feature requests, betas; poor: does not answer.")
    product_feedback = judgement("Excellent: detailed suggestions; poor: none.")
    integration_health = judgement("Excellent: all planned ones work well; poor: they block usage.")
    performance = judgement("Excellent: always as expected; poor: lasting problems.")
    security_compliance = judgement("Excellent: fully compliant; poor: significant issues.")
    upgrade_readiness = judgement("Excellent: plans an upgrade; poor: not interested.")
    account_expansion = judgement("Excellent: several units want more; poor: limited potential.")
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = tuple(held(limit, f"profile_{limit.upper}") for limit in OF_PROFILES)

    def __str__(self) -> str:
        return f"profile of {self.account}"


class ValueMetric(models.Model):
    """A figure of the customer's own business that the product should improve: before, goal, now."""

    id = models.BigAutoField(primary_key=True)
    profile = models.ForeignKey(SuccessProfile, on_delete=models.CASCADE, related_name="value_metrics")
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    baseline = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    current = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("profile", "name"), name="value_metric_unique"),)

    def __str__(self) -> str:
        return self.name


class StakeholderRole(models.TextChoices):
    EXECUTIVE_SPONSOR = "EXECUTIVE_SPONSOR", "Executive sponsor"
    KEY_STAKEHOLDER = "KEY_STAKEHOLDER", "Key stakeholder"
    DAY_TO_DAY = "DAY_TO_DAY", "Day-to-day contact"
    TECHNICAL = "TECHNICAL", "Technical contact"


class Stakeholder(models.Model):
    """A person at the customer."""

    id = models.BigAutoField(primary_key=True)
    profile = models.ForeignKey(SuccessProfile, on_delete=models.CASCADE, related_name="stakeholders")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=StakeholderRole)
    title = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
