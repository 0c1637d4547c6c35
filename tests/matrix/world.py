"""A small world for the matrix: people of every role, three customers, and of each customer one thing of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox.models import AuthToken
from pghistory.models import Events

from customer_success.engine.scorecards import load_scorecards
from customer_success.models import ScorecardState, ScorecardVersion
from lifecycle.engine.defaults import load_defaults
from lifecycle.models import BacktestState, Customer, Lifecycle, RuleState
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    AdvocacyPolicyFactory,
    BacktestRunFactory,
    BusinessReviewFactory,
    CampaignFactory,
    CampaignVersionFactory,
    ConsentEntryFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    DailyMetricsFactory,
    DeliveryFactory,
    EnrollmentFactory,
    EvaluationFactory,
    EventFactory,
    ExpansionOpportunityFactory,
    FeedFactory,
    FrequencyCapFactory,
    HandoverFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    HistoryCheckFactory,
    InAppMessageFactory,
    KpiTargetFactory,
    NoticeFactory,
    PlanMilestoneFactory,
    PlanShareFactory,
    PlanTemplateFactory,
    QuietHoursFactory,
    RecommendationFactory,
    RollbackFactory,
    SegmentFactory,
    SendingSwitchFactory,
    ShadowDecisionFactory,
    SnapshotFactory,
    StepRunFactory,
    SuccessMetricsFactory,
    SuccessPlanFactory,
    SuppressionFactory,
    SwitchFactory,
    TaskFactory,
    TaskRuleFactory,
    TeamFactory,
    TemplateTextFactory,
    TierPolicyFactory,
    TopicFactory,
    TransitionFactory,
    UserFactory,
    WebhookEndpointFactory,
)

WHOSE = ("own", "other", "orphan")
GROUPS = {
    "manager": "Success manager",
    "lead": "Success lead",
    "marketer": "Marketer",
    "analyst": "Analyst",
    "administrator": "Administrator",
}


@dataclass(frozen=True)
class World:
    """``things[kind][whose]`` is the key of a thing, or what stands in its address; those of no customer stand under
    ``""``. ``sessions``: of those who are logged in."""

    people: dict[str, User]
    sessions: dict[str, str]
    customers: dict[str, Customer]
    things: dict[str, dict[str, Any]]


def build() -> World:
    load_defaults(now=timezone.now(), only="commerce")
    lifecycle = Lifecycle.objects.get(code="commerce")
    people = {name: _person(name, group) for name, group in GROUPS.items()}
    people["stranger"] = _person("stranger")
    people["superuser"] = UserFactory(username="superuser", is_staff=True, is_superuser=True)
    team = TeamFactory()
    team.members.add(people["manager"])
    team.leads.add(people["lead"])
    owners = {"own": people["manager"], "other": _person("colleague", "Success manager"), "orphan": None}
    # Numbers that stand in no page by chance.
    customers = {
        whose: CustomerFactory(
            id=770_770_001 + number,
            external_id=f"Zz-{whose}",
            name=f"Zz{whose}",
            email=f"Zz{whose}@example.com",
            owner=owners[whose],
        )
        for number, whose in enumerate(WHOSE)
    }
    things: dict[str, dict[str, Any]] = {}
    for whose, customer in customers.items():
        for kind, thing in _of_customer(customer, lifecycle, people["superuser"]).items():
            things.setdefault(kind, {})[whose] = thing if isinstance(thing, dict) else thing.pk
    for kind, thing in _of_nobody(lifecycle, customers, people["superuser"]).items():
        things[kind] = {"": thing if isinstance(thing, dict) else thing.pk}
    things["team"] = {"": team.pk}
    return World(people, {name: _session(one) for name, one in people.items()}, customers, things)


def _person(name: str, group: str | None = None) -> User:
    user: User = UserFactory(username=name, is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _of_customer(customer: Customer, lifecycle: Lifecycle, boss: User) -> dict[str, Any]:
    """One of each kind. A later part adds its own here."""
    tag, before = lifecycle.tags.get(code="CUSTOMER"), lifecycle.tags.get(code="LEAD")
    rule = lifecycle.rules.get(key="vip")
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=tag, entered_at=timezone.now())
    DailyMetricsFactory(customer=customer)
    move = TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=before, to_tag=tag, rule=rule, by=boss)
    return {
        "customer": customer,
        "transition": move,
        "event": EventFactory(customer=customer, occurred_at=timezone.now() - timedelta(days=1)),
        "recommendation": RecommendationFactory(lifecycle=lifecycle, customer=customer, rule=rule, from_tag=tag),
        "notice": NoticeFactory(transition=move),
        "rollback": RollbackFactory(lifecycle=lifecycle, transition=move, by=boss),
        **_of_account(customer, boss),
        **_of_messages(customer),
    }


def _of_account(customer: Customer, boss: User) -> dict[str, Any]:
    """What customer success knows of it. Scores have the customer's key, as its account has."""
    plan = SuccessPlanFactory(customer=customer)
    steps = {"object_id": plan.pk, "plan_id": plan.pk}
    milestone = PlanMilestoneFactory(plan=plan)
    share = PlanShareFactory(plan=plan, created_by=boss, token_digest=sha256(link_of(customer).encode()).hexdigest())
    CustomerHealthFactory(customer=customer)
    HealthScoreFactory(customer=customer)
    return {
        "account": AccountFactory(customer=customer),
        "metrics": SuccessMetricsFactory(customer=customer),
        "alert": HealthAlertFactory(customer=customer),
        "plan": plan,
        "milestone": {**steps, "number": milestone.pk, "milestone_id": milestone.pk},
        "share": {**steps, "number": share.pk},
        "review": BusinessReviewFactory(customer=customer),
        "activity": AdvocacyActivityFactory(customer=customer),
        "opportunity": ExpansionOpportunityFactory(customer=customer),
        "task": TaskFactory(customer=customer, owner=customer.owner),
        "handover": HandoverFactory(customer=customer, by=boss),
    }


def _of_messages(customer: Customer) -> dict[str, Any]:
    """What was said to it. Messages have the key of their delivery."""
    enrollment = EnrollmentFactory(customer=customer)
    delivery = DeliveryFactory(run=StepRunFactory(enrollment=enrollment), recipient=customer.email, channel="in_app")
    InAppMessageFactory(delivery=delivery)
    uncertain = DeliveryFactory(run=None, campaign=None, customer=customer, state="uncertain")
    return {
        "enrollment": enrollment,
        "delivery": delivery,
        "in_app": {"id": delivery.message_id},
        "uncertain": {"number": uncertain.pk},
        "consent": ConsentEntryFactory(customer=customer),
        "suppression": SuppressionFactory(address=customer.email),
    }


def link_of(customer: Customer) -> str:
    """The token by which the customer's plan is shared."""
    return f"link-of-{customer.external_id}"


def _of_nobody(lifecycle: Lifecycle, customers: dict[str, Customer], boss: User) -> dict[str, Any]:
    """What is about everybody, and names some."""
    rules = lifecycle.rules.all()
    rule, draft, shadow = rules.get(key="vip"), *rules.exclude(key="vip").order_by("id")[:2]
    now = timezone.now()
    rules.filter(id=draft.id).update(state=RuleState.DRAFT, published_at=None)
    rules.filter(id=shadow.id).update(state=RuleState.SHADOW, published_at=None, shadow_since=now)
    for customer in customers.values():
        ShadowDecisionFactory(
            rule=shadow, customer=customer, from_tag=lifecycle.tags.get(code="CUSTOMER"), winner_then=shadow
        )
    told = [
        {"customer": one.id, "name": one.name, "at": now.isoformat(), "cause": "x", "before": "a", "after": "b"}
        for one in customers.values()
    ]
    return {
        "lifecycle": lifecycle,
        "tag": lifecycle.tags.first(),
        "rule": rule,
        "draft": draft,
        "shadow": shadow,
        "evaluation": EvaluationFactory(lifecycle=lifecycle),
        "check": HistoryCheckFactory(lifecycle=lifecycle, doubts=told),
        "backtest": BacktestRunFactory(
            lifecycle=lifecycle, created_by=boss, state=BacktestState.DONE, tried=[], result=_result(told)
        ),
        "feed": FeedFactory(),
        **_set_up(lifecycle),
        "switch": SwitchFactory(changed_by=boss),
        **_schedules(),
        "user": UserFactory(),
        "group": Group.objects.get(name="Marketer"),
        "token": AuthToken.objects.create(user=boss)[0],
        "change": Events.objects.first(),
        "seen_on_site": {
            "content_type_id": ContentType.objects.get_for_model(Customer).pk,
            "object_id": customers["own"].pk,
        },
    }


def _set_up(lifecycle: Lifecycle) -> dict[str, Any]:
    """What an administrator sets up for customer success."""
    load_scorecards(now=timezone.now())
    version = ScorecardVersion.objects.filter(state=ScorecardState.PUBLISHED).first()
    return {
        "version": version,
        "scorecard": version.scorecard,
        "template": PlanTemplateFactory(),
        "advocacypolicy": AdvocacyPolicyFactory(),
        "campaign": CampaignVersionFactory().campaign,
        "campaign_key": {"key": CampaignFactory(key="welcome").key},
        "segment": SegmentFactory(lifecycle=lifecycle),
        "taskrule": TaskRuleFactory(tag=lifecycle.tags.first()),
        "tierpolicy": TierPolicyFactory(),
        "topic": TopicFactory(),
        "cap": FrequencyCapFactory(),
        "quiethours": QuietHoursFactory(),
        "sendingswitch": SendingSwitchFactory(),
        "endpoint": WebhookEndpointFactory(),
        "message": TemplateTextFactory().template,
        "snapshot": SnapshotFactory(),
        "target": KpiTargetFactory(code="active_learner_rate"),
    }


def _schedules() -> dict[str, Any]:
    interval = IntervalSchedule.objects.create(every=5, period="minutes")
    return {
        "intervalschedule": interval,
        "crontabschedule": CrontabSchedule.objects.create(),
        "solarschedule": SolarSchedule.objects.create(event="dawn_civil", latitude=0, longitude=0),
        "clockedschedule": ClockedSchedule.objects.create(clocked_time=timezone.now()),
        "periodictask": PeriodicTask.objects.create(name="x", task="y", interval=interval),
    }


def _result(told: list[dict[str, Any]]) -> dict[str, Any]:
    outcome = {"states": {}, "moves": {}, "asked_a_week": {}, "flapping": 0, "returns": 0, "moves_a_day": {}}
    return {
        "customers": 3, "different": 3, "before": outcome, "after": outcome, "foretold_before": [],
        "foretold_after": [], "examples": told,
    }  # fmt: skip
