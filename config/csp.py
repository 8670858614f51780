from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(
            f"{kind} 'self'"
            for kind in (
                "script-src",
                "style-src",
                "img-src",
                "font-src",
                "connect-src",
                "form-action",
                "manifest-src",
            )
        ),
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)"


class ContentSecurityPolicy:
    """Every page comes from us, whole: nothing inline, nothing from elsewhere.

    Only the demo's mailbox brings its own, because it shows letters in a frame without rights. Pages are for the person
    who asked; nothing on the way keeps them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Cache-Control", "private, no-cache")
        response["Permissions-Policy"] = PERMISSIONS
        return response
