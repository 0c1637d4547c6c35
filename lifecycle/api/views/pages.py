"""The schema, the page that shows it, and what is answered where nothing is."""

from __future__ import annotations

from typing import Any, NoReturn

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lifecycle.api.schema import WrittenOnce


class Schema(SpectacularAPIView):
    """Open to everybody: it tells what can be asked, and no data."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    authentication_classes = ()
    generator_class = WrittenOnce


class Docs(SpectacularSwaggerView):
    """Swagger UI from our own static files."""

    url_name = "api-schema"
    authentication_classes = ()

    def handle_exception(self, exc: Exception) -> Response:
        response: Response = super().handle_exception(exc)
        self.request.accepted_renderer = JSONRenderer()  # a problem is no page
        return response


class Nothing(APIView):
    """Answers every other path under the API with a problem document instead of a page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this path; /api/docs lists what there is.")
