"""Coming in: one form for everybody. An address that is not known yet signs up by the very same step.

Nobody can find out who is known here: both get the same page and the same letter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from areas.models import User
from areas.speaking import LANGUAGES
from post import letters
from post.refs import new_ref

# Who asked for a code and never typed it is forgotten after this time.
FORGOTTEN_AFTER = timedelta(days=1)

CODE_LETTERS = frozenset(
    {
        "account/email/login_code",
        "account/email/email_confirmation",
        "account/email/email_confirmation_signup",
    }
)
PASSKEY_LETTERS = {"mfa/email/webauthn_added": "passkey_added", "mfa/email/webauthn_removed": "passkey_removed"}

# What the next page shows anyway needs no message on top of it.
SILENT = frozenset(
    {
        "account/messages/logged_in.txt",
        "account/messages/logged_out.txt",
        "account/messages/email_confirmed.txt",
        "account/messages/login_code_sent.txt",
    }
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """How allauth speaks and writes here."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("This is not the code of the last letter. Look again, or ask for a new one."),
        "too_many_login_attempts": _(
            "That was a lot of tries in a short time. Wait five minutes and try again, please."
        ),
        "rate_limited": _("A code went out a moment ago. Give the letter a minute, please."),
        "account_inactive": _("This account is closed."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters of allauth go through the outbox; all but the codes are not ours to send."""
        if template_prefix in CODE_LETTERS:
            write_code(email, context["code"], timezone.now())

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        name = PASSKEY_LETTERS.get(template_prefix)
        if name:
            write_to(user, name, {"link": reverse("mfa_list_webauthn")}, timezone.now())

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, message_context, extra_tags, message)

    def get_login_stages(self) -> list[str]:
        # A passkey is a quicker way in than the letter, not a second lock behind it.
        return [stage for stage in super().get_login_stages() if stage != "allauth.mfa.stages.AuthenticateStage"]

    def is_reauthentication_required(self, *, app: str) -> bool:
        # Nobody has a password to ask for again. A letter tells of each passkey that comes or goes.
        return False

    def save_user(self, *args: Any, **kwargs: Any) -> User:
        raise NotImplementedError("People come in by SignInForm only.")


class SignInForm(LoginForm):  # type: ignore[misc]
    """One field: the address. A code goes to it, whether it is known or new."""

    user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login"]
        field.label = _("Your e-mail")
        field.widget.attrs.update(
            {"placeholder": "ana@example.com", "autocomplete": "username webauthn", "inputmode": "email"}
        )

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in LANGUAGES else ""
        self.user = known_or_new(self.cleaned_data["login"], self.user, language, timezone.now())
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        return response


@transaction.atomic
def known_or_new(email: str, user: User | None, language: str, now: datetime) -> User | None:
    """The person with this address, made if need be with the language chosen so far.

    None for somebody whose account is closed: no letter leaves.
    """
    email = email.strip().lower()
    if user is None:
        forget_abandoned(now)
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, language=language, date_joined=now)
        elif not user.is_active:
            return None
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"primary": not EmailAddress.objects.filter(user=user, primary=True).exists()}
    )
    return user


def forget_abandoned(now: datetime) -> int:
    """Addresses that were typed once, by whomever, and never proved."""
    gone, _details = User.objects.filter(
        last_login=None, date_joined__lt=now - FORGOTTEN_AFTER, is_staff=False, memberships=None
    ).delete()
    return gone


def write_code(email: str, code: str, now: datetime) -> None:
    """The letter with the code. The code stands in the letter alone: no log and no page shows it."""
    user = User.objects.filter(email=email.lower()).first()
    _write(email, user, "code", {"code": code}, now)


def write_to(user: User, name: str, context: dict[str, Any], now: datetime) -> None:
    """A letter about the account to its owner."""
    _write(user.email, user, name, context, now)


def write_about(email: str, user: User, name: str, context: dict[str, Any], now: datetime) -> None:
    """A letter about the account to an address that is not, or no longer, its own."""
    _write(email, user, name, context, now)


def _write(email: str, user: User | None, name: str, context: dict[str, Any], now: datetime) -> None:
    language = (user.language if user else "") or _page_language()
    subject, text, html = letters.render(f"areas/{name}", {"name": user.name if user else "", **context}, language)
    letters.write(
        key=f"account.{name}:{new_ref()}",
        kind=f"account.{name}",
        to_email=email,
        to_name=user.name if user else "",
        language=language,
        subject=subject,
        text=text,
        html=html,
        now=now,
    )


def _page_language() -> str:
    language = get_language() or ""
    return language if language in LANGUAGES else "es"
