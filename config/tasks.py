from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from post.pulse import beating


@shared_task(name="config.tasks.tidy")
def tidy() -> None:
    """Sessions that ran out, and what the list of sessions still says of them."""
    now = timezone.now()
    with beating("config.tasks.tidy", now):
        Session.objects.filter(expire_date__lt=now).delete()
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
