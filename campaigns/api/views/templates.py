"""Messages that campaigns send: read, written and rendered."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.serializers.templates import (
    MailSerializer,
    RenderSerializer,
    SavedTextSerializer,
    TemplateDetailSerializer,
    TemplateSerializer,
    TextBodySerializer,
    at_fields,
    checked_language,
)
from campaigns.engine.templates import TemplateRefused, advice, preview, save_text
from campaigns.engine.writing import FIELDS
from campaigns.models import MessageTemplate
from campaigns.queries.templates import text_of
from lifecycle.api.views.base import ApiList, ApiView, existing, read

from .refusals import customer_called

SEE = ("campaigns.view_messagetemplate",)


def _templates() -> QuerySet[MessageTemplate]:
    return MessageTemplate.objects.prefetch_related("texts")


@extend_schema_view(get=extend_schema(operation_id="list_templates", summary="Messages, the newest first"))
class TemplateList(ApiList):
    """Messages that campaigns send by email, with the languages in which they are written."""

    needs = {"GET": SEE}
    serializer_class = TemplateSerializer

    def get_queryset(self) -> QuerySet[MessageTemplate]:
        return _templates()


class TemplateDetail(ApiView):
    """One message."""

    needs = {"GET": SEE}

    @extend_schema(operation_id="get_template", summary="A message with its texts", responses=TemplateDetailSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(TemplateDetailSerializer(existing(_templates(), id)).data)


class TemplateLanguage(ApiView):
    """A message in one language."""

    needs = {"PUT": ("campaigns.change_messagetemplate", "campaigns.change_templatetext")}

    @extend_schema(operation_id="write_template_text", summary="Write a message in one language",
                   request=TextBodySerializer, responses=SavedTextSerializer)  # fmt: skip
    def put(self, request: Request, id: int, language: str) -> Response:  # noqa: A002  the path's name
        """Campaigns that are live send it so from now on. 400 with what is wrong at its field."""
        template = existing(_templates(), id)
        language = checked_language(language)
        texts = read(TextBodySerializer(data=request.data))
        try:
            saved = save_text(template=template, language=language, texts=texts, by=request.user, now=timezone.now())
        except TemplateRefused as error:
            raise at_fields(error) from error
        told = {**texts, "language": saved.language, "advice": advice(texts=texts, language=language)}
        return Response(SavedTextSerializer(told).data)


class RenderTemplate(ApiView):
    """A message as somebody would get it."""

    needs = {"POST": (*SEE, "lifecycle.view_customer")}

    @extend_schema(operation_id="render_template", summary="A message with a customer's values",
                   request=RenderSerializer, responses=MailSerializer)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Nothing is sent. 400 with what is wrong at its field, also if the customer lacks a value that it needs."""
        template = existing(_templates(), id)
        wanted = read(RenderSerializer(data=request.data))
        language = checked_language(wanted.get("language", template.default_language))
        customer = customer_called(request, wanted["customer"]) if wanted["customer"] else None
        texts = wanted.get("texts") or _saved(template, language)
        try:
            mail = preview(texts=texts, language=language, customer=customer, now=timezone.now())
        except TemplateRefused as error:
            raise at_fields(error, "texts.") from error
        return Response(MailSerializer(mail).data)


def _saved(template: MessageTemplate, language: str) -> dict[str, str]:
    text = text_of(template, language)
    if text is None:
        raise NotFound(f"{template} is not written in {language}.")
    return {name: getattr(text, name) for name in FIELDS}
