"""Is the process alive, and may it be given work? For probes of load balancers and container platforms."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


PARTS: dict[str, Callable[[], object]] = {"database": ask_database, "cache": lambda: cache.get("health")}


def answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Exception:  # whatever the reason, the part does not answer; each client library has its own exceptions
        return False
    return True


@csrf_exempt  # other methods get 405, not 403
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@csrf_exempt  # other methods get 405, not 403
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part answers, else 503; the body says which part does not."""
    parts = {name: "ok" if answers(ask) else "down" for name, ask in PARTS.items()}
    is_ready = "down" not in parts.values()
    return JsonResponse({"status": "ok" if is_ready else "down", **parts}, status=200 if is_ready else 503)
