from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

NUL = "\0"


class Legible:
    """A NUL, which no text of the database can hold, is answered like anything else that cannot be understood: 400.

    Forms with free words drop it by themselves, a paste may hold one; what is left are names of rows that nobody has.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (text for _name, texts in request.GET.lists() for text in texts)
        if any(NUL in text for text in (request.path_info, *request.COOKIES.values(), *asked)):
            raise BadRequest("a NUL in what was asked for")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError) and "NUL" in str(exception):
            return bad_request(request, exception)
        return None
