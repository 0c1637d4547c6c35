"""Success plans and milestones, as they are asked for and as they are shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from customer_success.engine.milestones import NewMilestone
from customer_success.engine.plan_checks import MOST_MILESTONES
from customer_success.models import (
    MilestonePriority,
    MilestoneStatus,
    PlanMilestone,
    PlanSection,
    PlanTemplate,
    SuccessPlan,
    SuccessPlanStatus,
    SuccessPlanType,
)
from lifecycle.api.filters import MAX_ID
from lifecycle.api.serializers.fields import StrictSerializer, Text, Whole, YesNo

from .fields import Username

MOST_LINES, MOST_TEXT = 50, 20_000


class Lines(serializers.ListField):
    """Short texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Text(max_length=300), max_length=MOST_LINES, required=False, **kwargs)


class SectionSerializer(StrictSerializer):
    """A written part of a plan."""

    text = Text(max_length=MOST_TEXT, allow_blank=True)
    is_shared = YesNo(default=False, help_text="Whether the customer sees it when the plan is shared.")


class SectionsField(serializers.DictField):
    """By section; those that are not named stay as they are."""

    def __init__(self, **kwargs: Any) -> None:
        words = ", ".join(f"`{name}`" for name in PlanSection.values)
        super().__init__(child=SectionSerializer(), required=False, help_text=f"By section: {words}.", **kwargs)


class MilestoneFields(StrictSerializer):
    """What can be said of a milestone. OVERDUE is set by the clock: it may be sent back, not given."""

    title = Text(max_length=200)
    due_date = serializers.DateField()
    status = serializers.ChoiceField(choices=MilestoneStatus.choices, required=False)
    priority = serializers.ChoiceField(choices=MilestonePriority.choices, required=False)
    owner = Username(help_text="A username; null: nobody yet.")
    deliverables = Lines(help_text="What will be there when it is done.")
    progress = Whole(min_value=0, max_value=100, required=False, help_text="In percent; 100 once it is COMPLETED.")
    is_shared = YesNo(required=False, help_text="Whether the customer sees it when the plan is shared.")


class NewMilestoneSerializer(MilestoneFields):
    """A milestone to be added."""

    depends_on = serializers.ListField(
        child=Text(max_length=200), required=False, max_length=MOST_MILESTONES,
        help_text="Titles of milestones of the plan that have to be completed before.",
    )  # fmt: skip

    def to_internal_value(self, data: Any) -> Any:
        return NewMilestone(**super().to_internal_value(data))


class MilestoneChangesSerializer(MilestoneFields):
    """What shall be different; what is left out stays."""

    depends_on = serializers.ListField(
        child=Whole(min_value=1, max_value=MAX_ID), required=False, max_length=MOST_MILESTONES,
        help_text="Ids of milestones of the plan that have to be completed before.",
    )  # fmt: skip

    def validate_depends_on(self, numbers: list[int]) -> list[PlanMilestone]:
        found = {one.id: one for one in self.context["plan"].milestones.filter(id__in=numbers)}
        for number in numbers:
            if number not in found:
                raise ValidationError(f"There is no milestone {number} in this plan.", "does_not_exist")
        return list(found.values())


class PlanChangesSerializer(StrictSerializer):
    """What shall be different; what is left out stays."""

    type = serializers.ChoiceField(choices=SuccessPlanType.choices)
    status = serializers.ChoiceField(choices=SuccessPlanStatus.choices, required=False)
    title = Text(max_length=200, help_text="The customer sees it when the plan is shared.")
    objectives = Lines(help_text="What the customer wants to reach.")
    success_metrics = Lines(help_text="By what both will know.")
    stakeholders = Lines(help_text="Who takes part.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    owner = Username(help_text="A username; null: nobody. Left out of a new plan: the customer's success manager.")
    sections = SectionsField()


class NewPlanSerializer(PlanChangesSerializer):
    """A plan from a template, whose fields can be replaced, or one of your own with `type`, `title` and `ends_on`."""

    template = serializers.SlugRelatedField(
        slug_field="code", queryset=PlanTemplate.objects.filter(is_active=True), required=False,
        error_messages={"does_not_exist": "There is no plan template “{value}”."},
    )  # fmt: skip
    milestones = NewMilestoneSerializer(many=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("type", "title", "ends_on"):
            self.fields[name].required = False

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "template" in values:
            if "milestones" in values:
                message = "They come from the template; leave them out, and change them afterwards."
                raise ValidationError({"milestones": [ErrorDetail(message, "not_both")]})
            return values
        missing = [name for name in ("type", "title", "ends_on") if name not in values]
        if missing:
            message = "This is needed where no template is named."
            raise ValidationError({name: [ErrorDetail(message, "required")] for name in missing})
        return values


class PlanMilestoneSerializer(serializers.ModelSerializer):
    """A milestone of a plan."""

    owner = serializers.CharField(source="owner.username", default=None, read_only=True, allow_null=True)
    depends_on = serializers.SerializerMethodField()

    class Meta:
        model = PlanMilestone
        fields = (
            "id", "title", "due_date", "status", "priority", "owner", "deliverables", "depends_on", "progress",
            "is_shared", "completed_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_depends_on(self, milestone: PlanMilestone) -> list[int]:
        return sorted(one.id for one in milestone.depends_on.all())


class PlanSerializer(serializers.ModelSerializer):
    """A success plan."""

    customer = serializers.IntegerField(source="customer_id")
    owner = serializers.CharField(source="owner.username", default=None, read_only=True, allow_null=True)
    template = serializers.CharField(source="template.code", default=None, read_only=True, allow_null=True)
    progress = serializers.IntegerField(help_text="Mean of the milestones in percent, weighted 1 to 4 by priority.")

    class Meta:
        model = SuccessPlan
        fields: tuple[str, ...] = (
            "id", "customer", "type", "status", "title", "progress", "starts_on", "ends_on", "owner", "template",
            "objectives", "success_metrics", "stakeholders", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class PlanDetailSerializer(PlanSerializer):
    """A success plan with its milestones and what is written in it."""

    sections = serializers.DictField(child=SectionSerializer())
    milestones = PlanMilestoneSerializer(many=True)

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "sections", "milestones")
        read_only_fields = fields
