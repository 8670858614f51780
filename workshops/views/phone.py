"""The phones of the room: coming in, the room as it stands for one area, and what people do there.

A phone looks again with each signal, three hundred at once: `phone_now` reads one row and answers from what is drawn
already. Everything works as plain forms, too; a phone that sends by script (`X-Phone`) gets the room back at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from areas.access import open_to_all
from areas.models import Area, Membership, Organization, User
from areas.rows import Prepared
from areas.speaking import LANGUAGES
from areas.words import Kind
from post.live import token_for
from requests.models import Ask
from requests.moves import Overtaken, Refused
from requests.states import Direction, Verb
from workshops import saying, seats, sides, taking
from workshops.access import by_code
from workshops.codes import ROOM, tidy
from workshops.models import Seat, Takeaway, Workshop
from workshops.phases import Phase, Takes

# So much of what was typed goes back into a form; a novel does not.
MOST_BACK = 4000
OUR_KEY = re.compile(r"[A-Za-z0-9_-]{8,36}")

SEATED = Prepared(
    """
    SELECT {seat}, {workshop}, {area}, {member}, {scene}
    FROM workshops_seat seat
    JOIN workshops_workshop workshop ON workshop.id = seat.workshop_id
    JOIN areas_area area ON area.id = seat.area_id
    JOIN areas_organization scene ON scene.id = workshop.scene_id
    LEFT JOIN areas_membership member ON member.id = seat.membership_id
    WHERE seat.token = ANY(%(tokens)s::text[])
    ORDER BY workshop.code = %(code)s::text DESC, workshop.closed_at IS NULL DESC, seat.joined_at DESC
    LIMIT 1
    """,
    seat=Seat,
    workshop=Workshop,
    area=Area,
    member=Membership,
    scene=Organization,
)


class Place(NamedTuple):
    """Where a phone stands: the room, and its seat in it, if it has one."""

    workshop: Workshop
    seat: Seat | None


def _seat(request: HttpRequest, code: str) -> Seat | None:
    """The seat of this browser in that room, or in the one that it sits in: a room may be given a new code."""
    held = seats.tokens(request.COOKIES)
    if not held:
        return None
    for seat, workshop, area, member, scene in SEATED(tokens=held, code=tidy(code)):
        workshop.scene, seat.workshop, seat.area, seat.membership = scene, workshop, area, member
        if not workshop.is_rehearsal:
            workshop.organization = scene
        if member:
            member.organization = scene
        found: Seat = seat
        return found
    return None


def _place(request: HttpRequest, code: str, now: datetime) -> Place | None:
    """The room behind the code, as this browser stands in it; None for a code of nothing. Raises TooOften."""
    seat = _seat(request, code)
    if seat and seat.workshop.code == tidy(code):
        return Place(seat.workshop, seat)
    address = _address(request)
    if seat is None:
        seats.may_try(address)
    found = by_code(code, now)
    if found:
        return Place(found, None)
    if seat and seat.workshop.closed_at is None:
        # The room has a new code; who sits in it stays.
        return Place(seat.workshop, seat)
    seats.was_wrong(address)
    return None


def _address(request: HttpRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))


def _speak(request: HttpRequest, workshop: Workshop | None) -> str:
    """The language that was chosen with this browser, else the workshop's."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = chosen if chosen in LANGUAGES else (workshop.language if workshop else "")
    if language in LANGUAGES:
        translation.activate(language)
    if workshop:
        timezone.activate(ZoneInfo(workshop.scene.zone))
    return (translation.get_language() or "es")[:2]


def by_post(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What is only sent. Who comes by the address itself, after changing the language for example, gets the room."""

    @wraps(view)
    def inner(request: HttpRequest, code: str, **more: str) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):
            return redirect("workshops:phone", code=code)
        return view(request, code, **more)

    return require_http_methods(["GET", "HEAD", "POST"])(inner)


# The door -------------------------------------------------------------------------------------------------------------


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponseBase:
    """Type the code that stands on the wall."""
    now = timezone.now()
    _speak(request, None)
    typed = request.POST.get("code", "")[:40]
    error = ""
    if request.method == "POST":
        try:
            if len(tidy(typed)) != ROOM:
                raise Refused(_("A code has six letters and figures, as it stands on the wall."))
            place = _place(request, typed, now)
            if place is None or place.workshop.code != tidy(typed):
                raise Refused(
                    _("There is no room with this code. Look at the wall again: there is no O, no 0, no I, no 1.")
                )
            return redirect("workshops:phone", code=place.workshop.code)
        except seats.TooOften as refused:
            return _too_often(request, refused)
        except Refused as refused:
            error = refused.sentence
    mine = _seat(request, "")
    context = {
        "typed": typed,
        "error": error,
        "mine": mine.workshop if mine and mine.is_in and mine.workshop.is_open(now) else None,
    }
    return render(request, "workshops/phone/enter.html", context, status=422 if error else 200)


def _too_often(request: HttpRequest, refused: seats.TooOften) -> HttpResponse:
    return render(request, "workshops/phone/too_often.html", {"sentence": refused.sentence}, status=429)


def _no_room(request: HttpRequest, code: str) -> HttpResponse:
    context = {
        "typed": tidy(code)[:ROOM],
        "error": _("There is no room with this code any more. Look at the wall, or ask your facilitator."),
    }
    return render(request, "workshops/phone/enter.html", context, status=404)


def _room(request: HttpRequest, code: str, now: datetime) -> Place | HttpResponse:
    """The place, or the page that says that there is none."""
    try:
        place = _place(request, code, now)
    except seats.TooOften as refused:
        _speak(request, None)
        return _too_often(request, refused)
    _speak(request, place.workshop if place else None)
    return place or _no_room(request, code)


@open_to_all
@require_safe
def phone(request: HttpRequest, code: str) -> HttpResponseBase:
    """The room for who sits in it, the door for the others."""
    now = timezone.now()
    place = _room(request, code, now)
    if isinstance(place, HttpResponse):
        return place
    workshop, seat = place
    if request.GET.get("token") == "new":
        if seat is None or _absent(seat, now):
            return HttpResponse(status=410)
        return JsonResponse({"token": token_for([*_topics(seat), *_desk_topics(seat)])})
    if workshop.code != code:
        return redirect("workshops:phone", code=workshop.code)
    if seat is None:
        return _door(request, workshop, now)
    return _page(request, seat, now)


def _topics(seat: Seat) -> list[str]:
    return [seat.workshop.topic(), seat.workshop.topic(seat.area_id)]


def _desk_topics(seat: Seat) -> list[str]:
    """The links of the area, on which somebody may answer at a desk while the room talks."""
    links = sides.standing(seat.workshop).shape.links
    return [f"l:{link.ref}" for link in links if seat.area_id in (link.customer_id, link.supplier_id)]


def _door(
    request: HttpRequest,
    workshop: Workshop,
    now: datetime,
    *,
    said: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Name and area. For a member who is signed in both stand there already."""
    known = seats.member_in(workshop, request.user.pk) if isinstance(request.user, User) else None
    name, area = (known[0].name, known[1]) if known else ("", None)
    said = said or {}
    context = {
        "workshop": workshop,
        "areas": seats.areas_for(workshop),
        "name": said.get("name", name),
        "chosen": said.get("area", area.ref if area else ""),
        "errors": errors or {},
        "refused": seats.why_not_join(workshop, now),
        "most_name": seats.MOST_NAME,
        "personal_code": said.get("code", ""),
    }
    return render(request, "workshops/phone/join.html", context, status=status)


@open_to_all
@by_post
def join(request: HttpRequest, code: str) -> HttpResponseBase:
    """In."""
    now = timezone.now()
    place = _room(request, code, now)
    if isinstance(place, HttpResponse):
        return place
    workshop, seat = place
    said = {name: request.POST.get(name, "")[:MOST_BACK] for name in ("name", "area")}
    chosen = next((area for area in seats.areas_for(workshop) if area.ref == said["area"]), None)
    errors: dict[str, str] = {}
    try:
        if chosen is None and seat is None:
            errors["area"] = _("Choose your area from the list.")
        if seat is None:
            seats.clean_name(said["name"])
    except Refused as refused:
        errors["name"] = refused.sentence
    if errors:
        return _door(request, workshop, now, said=said, errors=errors, status=422)
    known = seats.member_in(workshop, request.user.pk) if isinstance(request.user, User) else None
    try:
        joined = seats.join(
            workshop,
            name=said["name"],
            area=chosen or (seat.area if seat else None),  # type: ignore[arg-type]
            now=now,
            membership=known[0] if known else None,
            held=seat,
        )
    except Refused as refused:
        return _door(request, workshop, now, said=said, errors={"": refused.sentence}, status=422)
    if joined.is_new:
        seats.came_in(_address(request))
        messages.success(
            request,
            _("Welcome, %(name)s. %(where)s") % {"name": joined.seat.name, "where": sides.where_we_are(workshop)},
        )
    return _into(request, joined.seat)


def _into(request: HttpRequest, seat: Seat) -> HttpResponse:
    response = redirect("workshops:phone", code=seat.workshop.code)
    response.set_cookie(
        seats.cookie_name(seat.workshop),
        seats.sign(seat),
        max_age=seats.COOKIE_LASTS,
        path="/w/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@open_to_all
@by_post
def resume(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same person with another device, by the personal code."""
    now = timezone.now()
    place = _room(request, code, now)
    if isinstance(place, HttpResponse):
        return place
    workshop = place.workshop
    typed = request.POST.get("code", "")[:40]
    try:
        seats.may_try_person(workshop)
        seat = seats.resume(workshop, typed, now)
    except seats.TooOften as refused:
        return _too_often(request, refused)
    except Refused as refused:
        seats.person_was_wrong(workshop)
        return _door(request, workshop, now, said={"code": typed}, errors={"code": refused.sentence}, status=422)
    messages.success(
        request, _("Welcome back, %(name)s. %(where)s") % {"name": seat.name, "where": sides.where_we_are(workshop)}
    )
    return _into(request, seat)


@open_to_all
@by_post
def bye(request: HttpRequest, code: str) -> HttpResponseBase:
    """Gone; the seat waits in case the person comes back."""
    now = timezone.now()
    place = _room(request, code, now)
    if isinstance(place, HttpResponse):
        return place
    if place.seat:
        seats.leave(place.seat, now)
    return redirect("workshops:phone", code=place.workshop.code)


# The room -------------------------------------------------------------------------------------------------------------


def _leads(seat: Seat) -> bool:
    """Whether what this person signs counts at once. Only asked where it changes what is shown."""
    here = seat.workshop.at
    if seat.membership is None or here is None or here.phase != Phase.AGREEMENTS:
        return False
    return taking.guest_of(seat).leads_by_account


HAS = re.compile(r"[0-9a-f]{12}[~.\-0-9]{0,80}")


def _shown(request: HttpRequest, seat: Seat, language: str, now: datetime) -> tuple[str, str]:
    """(tag, the room for this phone), without the parts of which it says that it has them."""
    shown = sides.drawn(
        seat.workshop,
        seat.area,
        sides.mine_of(seat, _leads(seat)),
        language,
        now,
        revision=seat.workshop.scene.revision,
    )
    has = frozenset(HAS.findall(request.headers.get("X-Has", "")[:4000])) if _by_script(request) else frozenset()
    return shown.tag, sides.whole(shown, sides.Person(seat, get_token(request), now), has)


def _absent(seat: Seat, now: datetime) -> dict[str, Any] | None:
    """What a phone is told that has no part in the room now: taken out, gone, or the code is over."""
    workshop = seat.workshop
    if workshop.closed_at:
        return None
    if seat.removed_at:
        return {"kind": "removed", "workshop": workshop, "seat": seat}
    if seat.left_at:
        return {"kind": "left", "workshop": workshop, "seat": seat}
    if not workshop.paused_at and not workshop.is_open(now):
        return {"kind": "over", "workshop": workshop, "seat": seat}
    return None


def _page(
    request: HttpRequest, seat: Seat, now: datetime, *, single: str = "", status: int = 200, heading: str = ""
) -> HttpResponse:
    """The whole page: with the room, or with a single form (without script, or opened by its own address)."""
    language = (translation.get_language() or "es")[:2]
    absent = _absent(seat, now)
    context: dict[str, Any] = {
        "seat": seat,
        "workshop": seat.workshop,
        "area": seat.area,
        "absent": absent,
        "single": mark_safe(single),
        "heading": heading,
    }
    if absent is None:
        topics, desks = _topics(seat), _desk_topics(seat)
        context |= {
            "live_token": token_for([*topics, *desks]),
            "live_token_url": f"{reverse('workshops:phone', kwargs={'code': seat.workshop.code})}?token=new",
            "topics": " ".join(topics),
            "desk_topics": " ".join(desks),
        }
        if not single:
            tag, html = _shown(request, seat, language, now)
            context |= {"room": mark_safe(html), "tag": tag}
        if not single and not seat.workshop.closed_at:
            context["move_to"] = [area for area in seats.areas_for(seat.workshop) if area.pk != seat.area_id]
    return render(request, "workshops/phone/page.html", context, status=status)


@open_to_all
@require_safe
def phone_now(request: HttpRequest, code: str) -> HttpResponseBase:
    """The room as it stands for this phone: one query, then what is drawn already."""
    at = timezone.now()
    seat = _seat(request, code)
    if seat is None or (seat.workshop.code != tidy(code) and by_code(code, at)):
        # No seat here (any more): the page itself says what that means.
        return HttpResponse(status=410)
    return _snapshot(request, seat, at)


def _snapshot(request: HttpRequest, seat: Seat, now: datetime, *, said: str = "") -> HttpResponse:
    if _absent(seat, now):
        return HttpResponse(status=410)
    language = _speak(request, seat.workshop)
    response: HttpResponse
    if not said and request.method == "GET":
        mine = sides.mine_of(seat, _leads(seat))
        tag = sides.tag_of(seat.workshop, seat.area, mine, seat.workshop.scene.revision, language)
        if request.headers.get("If-None-Match", "") == f'"{tag}"':
            response = HttpResponse(status=304)
            response["ETag"] = f'"{tag}"'
            return response
    tag, html = _shown(request, seat, language, now)
    response = HttpResponse(html)
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-store"
    if said:
        response["X-Said"] = quote(said)
    return response


# Acting ---------------------------------------------------------------------------------------------------------------


def _acting(request: HttpRequest, code: str, now: datetime) -> Seat | HttpResponse:
    """The seat that acts, or what is answered instead."""
    place = _room(request, code, now)
    if isinstance(place, HttpResponse):
        return place
    if place.seat is None:
        return (
            HttpResponse(status=410) if _by_script(request) else redirect("workshops:phone", code=place.workshop.code)
        )
    return place.seat


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Phone") == "1"


def _done(request: HttpRequest, seat: Seat, now: datetime, said: str = "") -> HttpResponse:
    """After a deed: the room as it now stands, with a tick."""
    if _by_script(request):
        fresh = _seat(request, seat.workshop.code)
        return _snapshot(request, fresh or seat, now, said=said or "✓")
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("workshops:phone", kwargs={"code": seat.workshop.code}), status=303)


def _refused(request: HttpRequest, seat: Seat, now: datetime, sentence: str, *, status: int = 422) -> HttpResponse:
    """A deed of one button was not done: the sentence, and the room as it stands."""
    if _by_script(request):
        response = HttpResponse(status=status)
        response["X-Said"] = quote(sentence)
        return response
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("workshops:phone", kwargs={"code": seat.workshop.code}), status=303)


def _form(
    request: HttpRequest, seat: Seat, now: datetime, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A form by itself: with what was typed and what is wrong, or opened by its address."""
    key = request.POST.get("key", "")
    drawn = render_to_string(
        template,
        {
            **context,
            "alone": not _by_script(request),
            "token": sides.TOKEN,
            # What was sent and refused is not done: the same key serves again.
            "key": key if OUR_KEY.fullmatch(key) else sides.KEY,
        },
    )
    html = sides.personal(drawn, sides.Person(seat, get_token(request), now))
    if _by_script(request):
        response = HttpResponse(html, status=status)
        response["Cache-Control"] = "private, no-store"
        return response
    return _page(request, seat, now, single=html, status=status)


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: str(value).replace("\0", "")[:MOST_BACK] for name, value in request.POST.items()}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


@open_to_all
@by_post
def act(request: HttpRequest, code: str, verb: str) -> HttpResponseBase:
    """What takes one tap or one field: score, propose, withdraw-proposal, dots, ready, area, takeaway."""
    at = timezone.now()
    seat = _acting(request, code, at)
    if isinstance(seat, HttpResponse):
        return seat
    said = _said(request)
    key = said.get("key", "")
    try:
        match verb:
            case "score":
                taking.score(seat, _number(said.get("value", "")), at)
                return _done(request, seat, at, _("Your answer counts. Nobody sees which one is yours."))
            case "propose":
                return _propose(request, seat, said, key, at)
            case "withdraw-proposal":
                taking.withdraw_proposal(seat, said.get("ref", ""), at)
                return _done(request, seat, at)
            case "dots":
                taking.put_dots(seat, said.get("ref", ""), _number(said.get("n", "")), at)
                return _done(request, seat, at)
            case "ready":
                taking.ready(seat, said.get("step", ""), said.get("ready") == "1", at)
                return _done(request, seat, at)
            case "area":
                chosen = next((one for one in seats.areas_for(seat.workshop) if one.ref == said.get("area")), None)
                if chosen is None:
                    raise Refused(_("Choose your area from the list."))
                seats.move(seat, chosen, at)
                return HttpResponseRedirect(reverse("workshops:phone", kwargs={"code": seat.workshop.code}), status=303)
            case "takeaway":
                return _take_away(request, seat, said, key, at)
    except Refused as refused:
        return _refused(request, seat, at, refused.sentence)
    raise Http404


def _propose(request: HttpRequest, seat: Seat, said: dict[str, str], key: str, at: datetime) -> HttpResponse:
    try:
        taking.propose(seat, said.get("text", ""), key, at)
    except Refused as refused:
        context = {
            "action": reverse("workshops:phone_act", kwargs={"code": seat.workshop.code, "verb": "propose"}),
            "most": taking.MOST_PROPOSAL,
            "text": said.get("text", ""),
            "wrong": refused.sentence,
        }
        return _form(request, seat, at, "workshops/phone/propose.html", context, status=422)
    return _done(request, seat, at, _("Your proposal is on the wall."))


def _take_away(request: HttpRequest, seat: Seat, said: dict[str, str], key: str, at: datetime) -> HttpResponse:
    kind, text = said.get("kind", ""), said.get("text", "")
    language = (translation.get_language() or "es")[:2]
    try:
        taking.take_away(seat, kind, text, version=_number(said.get("version", "")), key=key, now=at)
    except Refused as refused:
        if kind not in Takes.values:
            raise
        current = Takeaway.objects.filter(workshop=seat.workshop, area=seat.area, kind=kind).first()
        more: dict[str, Any] = {"said": text}
        if isinstance(refused, taking.WroteMeanwhile):
            more |= {"conflict": refused.sentence, "version": refused.current.version}
        else:
            more |= {"wrong": refused.sentence, "version": _number(said.get("version", ""))}
        one = sides.leaving(sides.seen_by(seat, language, at), kind, current, **more)
        status = 409 if more.get("conflict") else 422
        return _form(request, seat, at, "workshops/phone/takeaway.html", {"one": one}, status=status)
    return _done(request, seat, at, _("It stands. Thank you."))


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str, link: str, direction: str) -> HttpResponseBase:
    """Ask a supplier for what the area needs, or a customer for what it must have in return."""
    at = timezone.now()
    seat = _acting(request, code, at)
    if isinstance(seat, HttpResponse):
        return seat
    language = (translation.get_language() or "es")[:2]
    found = taking.link_in(seat.workshop, link)
    if found is None or direction not in Direction.values:
        raise Http404
    if seat.area_id != (found.customer_id if direction == Direction.NEED else found.supplier_id):
        raise Http404
    seen = sides.seen_by(seat, language, at)
    if request.method != "POST":
        one = sides.writing(seen, found, direction, is_first=True)
        return _form(request, seat, at, "workshops/phone/write.html", {"one": one, "area": seat.area})
    said = _said(request)
    today = at.astimezone(seat.workshop.scene.tz).date()
    performer = found.supplier if direction == Direction.NEED else found.customer
    form = saying.PhoneTerms(said, organization=seat.workshop.scene, today=today, performer=performer)
    refusal = ""
    if form.is_valid():
        try:
            taking.ask(
                seat,
                found,
                direction,
                terms=form.terms(),
                why=said.get("why", ""),
                key=said.get("key", ""),
                now=at,
                opened_in=taking.read_step(said.get("step", "")),
            )
            return _done(
                request,
                seat,
                at,
                _("%(area)s has it: «%(what)s»")
                % {
                    "area": performer.name,
                    "what": form.cleaned_data["outcome"],
                },
            )
        except Refused as refused:
            refusal = refused.sentence
    one = sides.writing(seen, found, direction, is_first=True, said=said, wrong=form.wrong, refused=refusal)
    return _form(request, seat, at, "workshops/phone/write.html", {"one": one, "area": seat.area}, status=422)


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str, ask: str, verb: str) -> HttpResponseBase:
    """*I commit*, *I propose something else*, *I cannot, because…*, take back, say."""
    at = timezone.now()
    seat = _acting(request, code, at)
    if isinstance(seat, HttpResponse):
        return seat
    found = taking.ask_in(seat, ask)
    if found is None or verb not in (Verb.AGREE, Verb.COUNTER, Verb.DECLINE, Verb.WITHDRAW, Verb.SAY):
        raise Http404
    said = _said(request) if request.method == "POST" else {}
    wrong: dict[str, str] = {}
    refusal, status = "", 200
    if request.method == "POST":
        try:
            sentence = _answered(seat, found, verb, said, wrong, at)
            if sentence is not None:
                return _done(request, seat, at, sentence)
            status = 422
        except Overtaken as overtaken:
            found, refusal, status = taking.ask_in(seat, ask) or found, overtaken.sentence, 409
        except Refused as refused:
            refusal, status = refused.sentence, 422
        if verb in (Verb.AGREE, Verb.WITHDRAW) and refusal:
            return _refused(request, seat, at, refusal, status=status)
    language = (translation.get_language() or "es")[:2]
    context = _answer_context(sides.seen_by(seat, language, at), found, verb, said, wrong, refusal)
    return _form(request, seat, at, "workshops/phone/answer.html", context, status=status)


def _answered(seat: Seat, ask: Ask, verb: str, said: dict[str, str], wrong: dict[str, str], at: datetime) -> str | None:
    """Do it; None where something has to be put right first, which then stands in `wrong`. Raises Refused."""
    version, key, words = _number(said.get("version", "")), said.get("key", ""), said.get("words", "").strip()
    area = ask.performer if ask.asker_id == seat.area_id else ask.asker
    if len(words) > saying.MOST_REASON:
        wrong["words"] = _too_long(words)
        return None
    match verb:
        case Verb.AGREE:
            taking.agree(
                seat, ask.ref, version=version, key=key, now=at, owner_name=said.get("owner_name", ""), words=words
            )
            return _("Agreed with %(area)s.") % {"area": area.name}
        case Verb.COUNTER:
            today = at.astimezone(seat.workshop.scene.tz).date()
            form = saying.PhoneTerms(
                said, organization=seat.workshop.scene, today=today, performer=ask.performer, standing=ask.terms
            )
            if not words:
                wrong["words"] = _("Say why you propose something else.")
            wrong |= {} if form.is_valid() else form.wrong
            if wrong:
                return None
            taking.counter(seat, ask.ref, version=version, terms=form.terms(), words=words, key=key, now=at)
            return _("%(area)s has your proposal.") % {"area": area.name}
        case Verb.DECLINE:
            alternative = said.get("alternative", "").strip()
            if not words and not alternative:
                wrong["words"] = _("Give a reason, or another way to get it.")
            if len(alternative) > saying.MOST_REASON:
                wrong["alternative"] = _too_long(alternative)
            if wrong:
                return None
            onward = next((one for one in _others(seat, ask) if one.ref == said.get("redirect_to")), None)
            taking.decline(
                seat,
                ask.ref,
                version=version,
                key=key,
                now=at,
                words=words,
                alternative=alternative,
                redirect_to=onward,
            )
            return _("%(area)s knows why.") % {"area": area.name}
        case Verb.WITHDRAW:
            taking.withdraw(seat, ask.ref, version=version, key=key, now=at, words=words)
            return _("Taken back.")
    if not words:
        wrong["words"] = _("Write what you want to say.")
        return None
    taking.say(seat, ask.ref, words=words, key=key, now=at)
    return _("Said.")


def _too_long(text: str) -> str:
    return _("This has %(n)s characters; at most %(most)s fit. Say the essential here.") % {
        "n": len(text),
        "most": saying.MOST_REASON,
    }


def _others(seat: Seat, ask: Ask) -> list[Area]:
    """To whom an ask can go on: the areas of the company that have no part in it."""
    if ask.performer_id != seat.area_id:
        return []
    return [area for area in seats.areas_for(seat.workshop) if area.pk not in (ask.asker_id, ask.performer_id)]


def _answer_context(
    seen: sides.Seen, ask: Ask, verb: str, said: dict[str, str], wrong: dict[str, str], refusal: str
) -> dict[str, Any]:
    values = dict(said)
    if not values and verb == Verb.COUNTER and ask.terms:
        values = saying.begun_with(ask.terms, seen.organization)
    begun = saying.begun_with(ask.terms, seen.organization) if ask.terms else {}
    today = seen.now.astimezone(seen.organization.tz).date()
    return {
        "ask": ask,
        "verb": str(verb),
        "area": seen.area,
        "other": ask.performer if ask.asker_id == seen.area.pk else ask.asker,
        "said": values,
        "same": begun.get("same", ""),
        "chosen_often": values.get("often", saying.SAME),
        "often": [(one, saying.often_word(one)) for one in saying.OFTEN],
        "day": values.get("day") or seen.organization.calendar.working_day(today, 5).isoformat(),
        "first": today.isoformat(),
        "wrong": wrong,
        "refused": refusal,
        "areas": [
            area
            for area in seen.areas
            if ask.performer_id == seen.area.pk
            and area.kind != Kind.CLIENT
            and area.pk not in (ask.asker_id, ask.performer_id)
        ],
        "action": seen.url("phone_answer", ask=ask.ref, verb=str(verb)),
    }


@open_to_all
@by_post
def sign(request: HttpRequest, code: str, link: str) -> HttpResponseBase:
    """Sign the contract as it was read."""
    at = timezone.now()
    seat = _acting(request, code, at)
    if isinstance(seat, HttpResponse):
        return seat
    found = taking.link_in(seat.workshop, link)
    if found is None or seat.area_id not in (found.customer_id, found.supplier_id):
        raise Http404
    said = _said(request)
    try:
        version = taking.sign(seat, found, digest=said.get("digest", ""), key=said.get("key", ""), now=at)
    except Refused as refused:
        return _refused(request, seat, at, refused.sentence, status=409)
    if version:
        return _done(request, seat, at, _("Both signed: the contract is in force."))
    return _done(request, seat, at, _("Signed."))
