from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from areas.models import User
from config.tasks import tidy


@pytest.mark.django_db
def test_sessions_that_ran_out_go_and_the_others_stay() -> None:
    user = User.objects.create_user("ana@example.com")
    for _ in range(2):
        client = Client()
        client.force_login(user)
        UserSession.objects.create(user=user, session_key=client.session.session_key, ip="127.0.0.1", user_agent="x")
    old, kept = list(Session.objects.order_by("session_key"))
    Session.objects.filter(pk=old.pk).update(expire_date=timezone.now() - timedelta(seconds=1))

    tidy()

    assert list(Session.objects.all()) == [kept]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept.session_key]
