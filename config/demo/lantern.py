"""Lantern Quay: the same method in another trade and another shape, a graph with a cycle and links inside a column."""

from __future__ import annotations

from datetime import timedelta

from areas.words import Kind, Part
from config.demo.stage import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Stage
from requests.words import Compare, Moment, Process, Unit


def play(stage: Stage) -> None:
    company(stage)
    _problems(stage)
    _going_live(stage)
    _support(stage)
    _latest(stage)
    stage.end()


def company(s: Stage) -> None:
    s.found("nora", -55, "09:10")
    s.area("sales", "Sales", Kind.SALES, "Listens to a clinic, shows what fits it, and signs only what we can keep.")
    s.area(
        "services",
        "Professional services",
        Kind.SERVICES,
        "Brings a new clinic live: calendar, old appointments, training.",
    )
    s.area("support", "Customer support", Kind.SUPPORT, "Answers the clinics, day and night.")
    s.area("marketing", "Marketing", Kind.MARKETING, "Tells clinics what we do, and what we do not.")
    s.area("finance", "Finance", Kind.FINANCE, "Checks quotes, sends invoices, watches the margin.")
    s.area("operations", "Operations", Kind.OPERATIONS, "Keeps the service running and makes room for each new clinic.")
    s.area("product", "Product", Kind.OTHER, "Decides and builds what the software does next.")
    s.area("talent", "Talent acquisition", Kind.TALENT, "Finds the people whom the areas are waiting for.")
    s.area("quality", "Quality", Kind.QUALITY, "Tries to break each release before a clinic does.")
    s.area("it", "IT", Kind.IT, "Accounts, laptops, networks and who may see what.")
    s.area("people", "Human resources", Kind.HUMAN_RESOURCES, "Contracts, first days, and the days after.")
    s.at(-55, "09:40")
    for customer, supplier in (
        ("client", "sales"),
        ("client", "services"),
        ("client", "support"),
        ("sales", "marketing"),
        ("sales", "finance"),
        ("support", "services"),
        ("services", "operations"),
        ("services", "product"),
        ("services", "talent"),
        ("support", "product"),
        ("operations", "product"),
        ("operations", "it"),
        ("product", "quality"),
        ("talent", "people"),
        ("people", "it"),
        ("it", "people"),
    ):
        s.link(customer, supplier)
    s.at(-54, "10:00")
    s.gather()


def _problems(s: Stage) -> None:
    s.at(-53, "11:00")
    s.problem(
        "live",
        "nora",
        statement="Get us live in weeks, not months",
        description="A clinic signs in the spring and books its first patient in the summer. Until then it pays twice: "
        "us, and the paper calendar.",
        process=Process.RETAIN,
        moment=Moment.DELIVER,
        accountable="services",
        indicator="days from signature to first booked patient",
        unit="days",
        baseline="74",
        target="30",
        jobs="Switch the calendar over on one quiet Friday and open on Monday as if nothing had happened.",
        pains="Typing old appointments in by hand at night. Being asked for the same list three times.",
        gains="A date that holds, and one person who knows our name.",
    )
    s.at(-53, "11:30")
    s.problem(
        "silence",
        "priya",
        statement="When the calendar is down, nobody tells us",
        description="The waiting room finds out before we do.",
        process=Process.RETAIN,
        moment=Moment.AFTER_SALES,
        accountable="support",
        indicator="minutes until the first word from us",
        unit="min",
        baseline="95",
        target="15",
        jobs="Tell the patients at the desk something true.",
        pains="Refreshing a page and hoping.",
        gains="A message before the second patient asks.",
    )
    s.at(-52, "14:00")
    s.problem(
        "promised",
        "sean",
        statement="We were promised something that does not exist",
        description="Two clinics left last year over a feature that was on a slide and nowhere else.",
        process=Process.ATTRACT,
        moment=Moment.OFFER,
        accountable="sales",
        indicator="signed promises that Product had confirmed",
        unit="%",
        baseline="40",
        target="100",
        jobs="Choose well the first time.",
        pains="Explaining to the partners why it is missing.",
        gains="An honest “not yet”.",
    )


def _going_live(s: Stage) -> None:
    s.at(-52, "15:00")
    s.measure("live", "conor", "74", "Average of the last ten clinics")
    s.at(-51, "10:00")
    s.ask(
        "date",
        "tess",
        "client",
        "services",
        s.measured(
            s.every_month(
                "A go-live date that holds",
                FRIDAY,
                -2,
                nth=-1,
                done_when="Agreed in the first week; the first patient is booked on that day.",
            ),
            "clinics live on the agreed day",
            Compare.AT_LEAST,
            "90",
        ),
        why="live",
        words="We plan our staff around it. Tell us a day and keep it.",
    )
    s.at(-50, "09:30")
    s.agree("date", "conor", owner="conor")
    s.at(-50, "09:45")
    s.shoes(
        "client",
        "services",
        "conor",
        jobs="Switch over on one quiet Friday.",
        pains="Typing old appointments in by hand.",
        gains="One person who knows our name.",
    )
    s.at(-50, "10:00")
    s.ask(
        "room",
        "conor",
        "services",
        "operations",
        s.within(
            "A ready environment for each new clinic",
            1,
            Unit.DAYS,
            "the complete onboarding sheet reaching Operations",
            done_when="Conor's team signs in and sees the clinic's name.",
        ),
        why="date",
    )
    s.at(-49, "11:00")
    s.counter(
        "room",
        "maeve",
        "One day works when nothing else moves. Two days I can promise every week of the year.",
        {"within": 2},
        owner="maeve",
    )
    s.at(-49, "11:20")
    s.ask(
        "sheet",
        "maeve",
        "operations",
        "services",
        s.measured(
            s.every(
                "Complete onboarding sheet for each clinic",
                MONDAY,
                -9,
                at="12:00",
                done_when="All twenty questions answered, time zone and holidays included.",
            ),
            "sheets with all twenty answers",
            Compare.AT_LEAST,
            "95",
        ),
        why="room",
        words="Half of my delay is asking you what you already know.",
    )
    s.at(-48, "09:15")
    s.agree("room", "conor")
    s.at(-48, "09:20")
    s.agree("sheet", "conor", owner="ines")
    s.at(-48, "15:00")
    s.confirm_shoes("client", "services", "tess")
    s.at(-47, "10:00")
    s.sign("client", "services", "conor")
    s.at(-47, "12:00")
    s.sign("client", "services", "tess", "For every clinic that is still on paper.", review=4)
    s.keeps("date", "conor", "tess", "92 84 93 95")
    s.at(-46, "10:00")
    s.sign("services", "operations", "maeve")
    s.at(-46, "14:30")
    s.sign("services", "operations", "conor", review=-2)
    s.keeps(
        "sheet",
        "ines",
        "maeve",
        "96 95 hard:97 late:95 96 91 98 late:96 97 96",
        hard="The time zone was missing again; I looked it up.",
        late="The clinic had no list of its holidays.",
    )
    s.at(-46, "14:50")
    s.depend("room", "sheet", "maeve")
    for days, how in ((-43, "kept"), (-36, "hard"), (-27, "kept"), (-18, "late"), (-6, "kept")):
        s.happens("room", "ines", "maeve", "conor", s.moment(days, "10:30"), how, "Sheet complete, clinic signed.")
    # The sheet came a day late: the room stood still meanwhile, and was due later.
    s.happens("room", "ines", "maeve", "conor", s.due("sheet", -3) - timedelta(hours=2), "kept", "Two clinics at once.")
    s.at(-46, "15:00")
    s.shoes(
        "services",
        "operations",
        "maeve",
        jobs="Start training on the day that was announced.",
        pains="An empty environment in front of a full room.",
        gains="Knowing on Tuesday what is ready on Friday.",
    )
    s.at(-44, "10:00")
    s.ask(
        "import",
        "conor",
        "services",
        "product",
        s.once(
            "Old appointments imported without hand work",
            -3,
            at="17:00",
            done_when="A clinic with five years of appointments is in within one night, with nothing doubled.",
        ),
        why="date",
        words="This is eleven of our seventy-four days.",
    )
    s.at(-43, "16:00")
    s.agree("import", "oscar", owner="oscar")
    s.at(-43, "16:10")
    s.ask(
        "sample",
        "oscar",
        "product",
        "services",
        s.within(
            "A sample of the clinic's old data",
            3,
            Unit.DAYS,
            "the signed order",
            done_when="One hundred appointments with their codes, names removed.",
        ),
        why="import",
    )
    s.at(-42, "09:30")
    s.agree("sample", "conor", owner="ines")
    s.at(-42, "10:00")
    s.sign("services", "product", "oscar")
    s.at(-42, "10:40")
    s.sign("services", "product", "conor", review=9)
    s.keeps("import", "oscar", "conor", "missed")
    s.happens("sample", "conor", "ines", "oscar", s.moment(-41, "11:00"), "kept", "The clinic in Galway has signed.")
    s.happens("sample", "conor", "ines", "oscar", s.moment(-20, "11:00"), "silent", "The clinic in Sligo has signed.")
    s.at(-40, "11:00")
    s.ask(
        "tested",
        "oscar",
        "product",
        "quality",
        s.every("Test report with each release", WEDNESDAY, -7, at="16:00", done_when="What was tried, what broke."),
        why="import",
    )
    s.at(-39, "10:00")
    s.agree("tested", "grace", owner="grace")
    s.at(-39, "10:30")
    s.sign("product", "quality", "grace")
    s.at(-39, "11:30")
    s.sign("product", "quality", "oscar", review=12)
    s.keeps(
        "tested",
        "grace",
        "oscar",
        "kept kept late kept back kept kept silent",
        late="The release was a day late itself.",
        back="It says what was tried, not what broke.",
    )
    s.at(-38, "10:00")
    s.measure("live", "conor", "69")
    s.at(-36, "11:00")
    s.ask(
        "consultants",
        "conor",
        "services",
        "talent",
        s.once(
            "Two onboarding consultants hired",
            2,
            done_when="Both signed, with a first day before the summer.",
        ),
        why="date",
    )
    s.at(-35, "12:00")
    s.agree("consultants", "rory", owner="rory")
    s.at(-35, "12:30")
    s.sign("services", "talent", "rory")
    s.at(-34, "09:00")
    s.sign("services", "talent", "conor", review=16)
    s.at(-34, "10:00")
    s.ask(
        "offers",
        "rory",
        "talent",
        "people",
        s.within("Offer letter out", 2, Unit.DAYS, "the hiring decision", done_when="Signed copy in the folder."),
        why="consultants",
    )
    s.at(-33, "15:00")
    s.agree("offers", "fiona", owner="fiona")
    s.at(-33, "15:30")
    s.sign("talent", "people", "fiona", "Happy to be asked, for once.")
    s.at(-32, "10:00")
    s.ask(
        "laptop",
        "fiona",
        "people",
        "it",
        s.within(
            "Laptop and accounts ready on day one",
            3,
            Unit.DAYS,
            "the list of joiners reaching IT",
            done_when="The new colleague signs in before the first coffee.",
        ),
        why="offers",
    )
    s.at(-31, "11:00")
    s.agree("laptop", "yara", owner="yara", words="Yes, if I hear of people before they stand in the door.")
    s.at(-31, "11:15")
    s.ask(
        "joiners",
        "yara",
        "it",
        "people",
        s.every("List of joiners and leavers", THURSDAY, -5, at="12:00", done_when="Name, area, first or last day."),
        why="laptop",
    )
    s.at(-30, "09:30")
    s.agree("joiners", "fiona", owner="fiona")
    s.at(-30, "10:00")
    s.sign("people", "it", "yara")
    s.at(-30, "10:20")
    s.sign("people", "it", "fiona", review=20)
    s.happens("laptop", "fiona", "yara", "fiona", s.moment(-22, "09:30"), "kept", "Two joiners on Monday.")
    s.happens("laptop", "fiona", "yara", "fiona", s.moment(-9, "09:30"), "late", "One joiner on Thursday.")
    s.at(-30, "10:25")
    s.sign("it", "people", "fiona")
    s.at(-30, "11:00")
    s.sign("it", "people", "yara", review=20)
    s.keeps(
        "joiners",
        "fiona",
        "yara",
        "kept waived kept hard kept kept",
        waived="Nobody came and nobody left.",
        hard="Nicknames. I need the names on the contract.",
    )


def _support(s: Stage) -> None:
    s.at(-29, "10:00")
    s.ask(
        "word",
        "tess",
        "client",
        "support",
        s.measured(
            s.every(
                "First word within fifteen minutes of any outage",
                MONDAY,
                -5,
                at="10:00",
                done_when="By message, with a next time to hear from us.",
            ),
            "minutes until the first word, worst case of the week",
            Compare.AT_MOST,
            "15",
            "min",
        ),
        why="silence",
    )
    s.at(-28, "10:00")
    s.agree("word", "priya", owner="priya")
    s.at(-28, "10:30")
    s.sign("client", "support", "priya")
    s.at(-28, "16:00")
    s.sign("client", "support", "tess", review=24)
    s.keeps("word", "priya", "tess", "14 12 22 9 11")
    s.at(-27, "10:00")
    s.ask(
        "honest",
        "tess",
        "client",
        "sales",
        s.measured(
            s.every_month("Only what exists in a quote", FRIDAY, -1, nth=2, done_when="Each line names its screen."),
            "lines that Product had confirmed",
            Compare.AT_LEAST,
            "100",
        ),
        why="promised",
    )
    s.at(-26, "10:00")
    s.agree("honest", "sean", owner="sean")
    s.at(-26, "10:10")
    s.ask(
        "quote",
        "sean",
        "sales",
        "finance",
        s.within("Quote checked", 2, Unit.DAYS, "Sales sending it", done_when="Margin, terms and discount approved."),
        why="honest",
    )
    s.at(-25, "11:00")
    s.agree("quote", "declan", owner="declan")
    s.at(-25, "11:10")
    s.ask(
        "weekly",
        "declan",
        "finance",
        "sales",
        s.every("List of open quotes", TUESDAY, -4, at="10:00", done_when="Clinic, amount, expected month."),
        why="quote",
    )
    s.at(-24, "10:00")
    s.agree("weekly", "sean", owner="sean")
    s.at(-24, "10:30")
    s.sign("sales", "finance", "declan")
    s.at(-24, "12:00")
    s.sign("sales", "finance", "sean")
    s.keeps("weekly", "sean", "declan", "kept silent kept kept late", late="The fair in Cork took all of us.")
    s.at(-23, "10:00")
    s.ask(
        "quote1",
        "sean",
        "sales",
        "finance",
        s.within("Quote checked", 1, Unit.DAYS, "Sales sending it", done_when="Margin, terms and discount approved."),
        replaces="quote",
        words="A clinic decides on the day. On day three it has decided for somebody else.",
    )
    s.at(-22, "15:00")
    s.agree("quote1", "declan", owner="declan", words="For quotes under ten thousand, yes, and the others too.")
    s.at(-22, "15:10")
    s.sign("sales", "finance", "declan")
    s.at(-21, "09:30")
    s.sign("sales", "finance", "sean", review=33)
    s.happens("quote1", "sean", "declan", "sean", s.moment(-17, "09:40"), "kept", "A quote for four practices.")
    s.happens("quote1", "sean", "declan", "sean", s.moment(-8, "13:00"), "kept", "A quote for a dental clinic.")
    s.at(-20, "10:00")
    s.ask(
        "history",
        "priya",
        "support",
        "services",
        s.within(
            "Who set up this clinic, and how",
            1,
            Unit.DAYS,
            "the first patient being booked",
            done_when="One page per clinic, with its oddities.",
        ),
        why="word",
    )
    s.at(-19, "10:00")
    s.agree("history", "conor", owner="ines")
    s.at(-19, "10:30")
    s.sign("support", "services", "priya")
    s.at(-19, "14:00")
    s.ask(
        "oncall",
        "priya",
        "support",
        "product",
        s.every_day("Somebody from Product on call who can decide", -8, at="08:00"),
        why="word",
    )
    s.at(-18, "11:00")
    s.decline(
        "oncall",
        "oscar",
        "Three of us cannot hold a rota of seven days; we would break it in the first month.",
        alternative="On weekdays until eight in the evening, from next quarter.",
    )
    s.at(-17, "09:40")
    s.ask(
        "words",
        "conor",
        "services",
        "support",
        s.once(
            "The twenty questions that clinics ask in their first week", 6, done_when="With the answers that helped."
        ),
        why="history",
    )
    s.at(-16, "10:00")
    # The signature of Priya was for a proposal without this: it lapses.
    s.agree("words", "priya", owner="priya")
    s.at(-15, "10:00")
    s.measure("live", "conor", "58")
    s.at(-15, "10:10")
    s.measure("silence", "priya", "95")
    s.at(-15, "10:20")
    s.measure("promised", "sean", "40")


def _latest(s: Stage) -> None:
    s.at(-11, "10:00")
    s.drop("weekly", "sean", "Finance sees them in the system since last month.")
    s.at(-9, "11:00")
    s.ask(
        "review",
        "maeve",
        "operations",
        "it",
        s.every_month("Who may see what, reviewed", WEDNESDAY, 1, nth=1, done_when="Signed list per system."),
        why="room",
        answer_by=-3,
    )
    s.at(-8, "10:00")
    s.ask(
        "notes",
        "maeve",
        "operations",
        "product",
        s.every("Release notes three days ahead", FRIDAY, 1, at="12:00", done_when="What changes, what to watch."),
        why="room",
    )
    s.at(-6, "15:00")
    s.counter(
        "notes",
        "oscar",
        "On Friday I do not know yet what Monday holds. On the release day, in the morning, I do.",
        {"outcome": "Release notes on the morning of the release", "first_on": s.weekday_of_week(MONDAY, 1)},
        owner="oscar",
        answer_by=2,
    )
    s.at(-5, "10:00")
    s.measure("live", "conor", "52", "First clinics with the new sheet")
    s.at(-5, "10:10")
    s.measure("silence", "priya", "41")
    s.at(-5, "11:00")
    s.ask(
        "website",
        "sean",
        "sales",
        "marketing",
        s.within(
            "Nothing on the website that Product has not confirmed",
            5,
            Unit.DAYS,
            "Product changing its plan",
            done_when="Each feature page bears the name of who confirmed it.",
        ),
        why="honest",
        answer_by=-1,
    )
    s.at(-4, "09:30")
    s.acknowledge("website", "aoife", 3, "Seen. I need to count the pages first.")
    s.at(-4, "10:00")
    s.ask(
        "doubles",
        "priya",
        "support",
        "services",
        s.once("No doubled appointments after an import", 8, done_when="A week without one report."),
        why="word",
    )
    s.at(-3, "16:00")
    s.ask(
        "room3",
        "maeve",
        "services",
        "operations",
        s.within(
            "A ready environment for each new clinic",
            3,
            Unit.DAYS,
            "the complete onboarding sheet reaching Operations",
            done_when="Conor's team signs in and sees the clinic's name.",
        ),
        replaces="room",
        words="With eight clinics a week, two days no longer hold. Three will, and I say so before we miss one.",
        answer_by=2,
    )
    s.at(-2, "09:00")
    s.invite("nora", "Bridget Lane", "support", Part.MEMBER)
    s.at(-2, "14:00")
    s.decline(
        "doubles",
        "conor",
        "We only press the button; the import itself is built by Product.",
        redirect_to="product",
    )
    s.at(-2, "15:00")
    s.ask(
        "demo",
        "sean",
        "sales",
        "marketing",
        s.once("A video for dental clinics", 15, done_when="Three minutes, with a real receptionist."),
        why="honest",
    )
    s.at(-1, "09:30")
    s.withdraw("demo", "sean", "The website comes first.")
    s.at(-1, "10:00")
    s.draft(
        "training",
        "ines",
        "services",
        "operations",
        s.once("A practice environment for trainings", 9, done_when="It forgets everything each night."),
        why="date",
    )
    s.at(-1, "10:30")
    s.draft(
        "path",
        "yara",
        "it",
        "people",
        s.within("Word of a change of role", 1, Unit.DAYS, "the change being agreed"),
        why="joiners",
    )
