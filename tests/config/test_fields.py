"""How a field, its help and its errors look on every page."""

import re
from collections.abc import Iterator

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Form(forms.Form):
    name = forms.CharField(label="the name", help_text="As people know it.")
    often = forms.ChoiceField(
        label="How often", choices=[("once", "Once"), ("again", "Again")], widget=forms.RadioSelect
    )
    shown = forms.BooleanField(label="Show it to all", required=False)
    words = forms.CharField(required=False, widget=forms.Textarea)
    secret = forms.CharField(required=False, widget=forms.HiddenInput)


def test_a_field_names_its_help_and_its_error_to_the_control() -> None:
    html = Form({"name": ""})["name"].as_field_group()

    assert '<label for="id_name">The name</label>' in html
    assert 'id="id_name_helptext">As people know it.' in html
    assert 'id="id_name_error"' in html
    control = re.search(r"<input[^>]*>", html)
    assert control is not None
    assert 'aria-invalid="true"' in control[0]
    assert 'aria-describedby="id_name_helptext id_name_error"' in control[0]


def test_what_may_stay_empty_says_so() -> None:
    form = Form()

    assert "(optional)" in form["words"].as_field_group()
    assert "(optional)" not in form["name"].as_field_group()


def test_choices_are_a_group_with_a_title() -> None:
    html = Form()["often"].as_field_group()

    assert "<fieldset" in html
    assert "<legend>How often</legend>" in html
    assert html.count('type="radio"') == 2


def test_a_check_box_stands_before_its_label() -> None:
    html = Form()["shown"].as_field_group()

    assert html.index("<input") < html.index("<label")


def test_the_summary_leads_to_each_field_that_needs_another_look() -> None:
    html = render_to_string("parts/form_errors.html", {"form": Form({"shown": "on"})})

    assert "2 things need another look:" in html
    assert '<a href="#id_name">The name</a>' in html
    assert '<a href="#id_often">How often</a>' in html
    assert "id_words" not in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert render_to_string("parts/form_errors.html", {"form": Form({"name": "A", "often": "once"})}).strip() == ""


def test_a_whole_form_shows_its_fields_once_and_hides_what_is_hidden() -> None:
    html = str(Form())

    assert html.count('class="field ') == 4
    assert html.count('name="secret"') == 1
