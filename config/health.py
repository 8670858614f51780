from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from areas.access import open_to_all


@open_to_all
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process serves pages and reaches its database; `run` proves to the supervisor which one it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except DatabaseError:
        database = False
    return JsonResponse({"run": settings.RUN_ID, "database": database}, status=200 if database else 503)
