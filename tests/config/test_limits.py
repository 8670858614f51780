import pytest
from django.conf import settings
from django.test import Client, override_settings

from post.models import Letter


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["es", "en"])
def test_too_much_at_once_gets_a_page_of_our_own(client: Client, language: str) -> None:
    too_much = "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)

    answer = client.post("/accounts/login/", {"login": too_much}, headers={"accept-language": language})

    assert answer.status_code == 400
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.django_db
def test_one_address_gets_few_codes_in_a_short_time_whoever_asks() -> None:
    for number in range(12):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post("/accounts/login/", {"login": "ana@example.com"})

    assert 1 <= Letter.objects.filter(to_email="ana@example.com").count() <= 5


@pytest.mark.django_db
@override_settings(ACCOUNT_RATE_LIMITS={"login": "3/m/ip"})
def test_too_many_sign_ins_from_one_place_get_a_kind_page() -> None:
    answers = [
        Client().post("/accounts/login/", {"login": f"person{n}@example.com"}, headers={"accept-language": "en"})
        for n in range(4)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert 'lang="en"' in answers[-1].content.decode()
    assert Letter.objects.count() == 3
