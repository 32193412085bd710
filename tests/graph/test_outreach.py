import asyncio
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.client import Graph, Statement, Transaction
from graph.errors import Conflict, InvalidInput, NotFound
from graph.ids import derived_id, new_id
from graph.jobs import NewJob, create_job
from graph.outreach.merging import (
    MergeField,
    MissingValue,
    check_template,
    fields_of,
    first_name,
    one_line,
    render_line,
    render_text,
)
from graph.outreach.opt_outs import opt_out
from graph.outreach.sending import (
    WORKER_LOST,
    ClaimedTouch,
    claim_touch,
    mark_failed,
    mark_sent,
    release,
    stale_touches,
)
from graph.outreach.templates import NewTemplate, Template, create_template
from graph.outreach.touches import (
    OF_PERSON,
    Refusal,
    Sender,
    TouchOutcome,
    TouchStatus,
    queue_touches,
)
from graph.people import PERSON
from graph.profiles import Consent, Profile, RecordKind
from graph.reading import node
from graph.records import NewRecord, save_records
from tests.graph.conftest import TouchState, related, touch_state

AT = "2026-06-15T12:00:00.000000Z"
LATER = "2026-06-15T12:30:00.000000Z"
LONG_AGO = "2020-01-01T00:00:00.000000Z"
FAR = "2030-01-01T00:00:00.000000Z"
SEED = "s" * 32

EVENTS = Statement(
    "tests.events_of_candidate",
    "MATCH (e:Event {candidate_id: $id}) WHERE NOT e.type IN ['candidate.created', 'candidate.updated'] "
    "RETURN e.type AS type ORDER BY e.at, e.type",
)
KEY_OF = Statement("tests.unsubscribe_key", "MATCH (t:Touch {id: $id}) RETURN t.unsubscribe_key AS key")


class Campaign:
    """Candidates, a template and touches of their own for one test, whatever else the graph holds."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.salt = new_id()

    async def candidate(
        self,
        name: str | None,
        *,
        consent: bool | None = True,
        emails: tuple[str, ...] | None = None,
        at: str = AT,
    ) -> str:
        key = f"{name}".casefold().split()[0]
        address = f"{key}-{self.salt}@example.org"
        record = NewRecord(
            id=new_id(),
            kind=RecordKind.FORM,
            origin="test",
            received_at=at,
            person_id=derived_id("person", self.salt, key),
            event_id=new_id(),
            about=derived_id("person", self.salt, key),
            consent=None if consent is None else Consent(granted=consent, at=at, basis="form"),
            profile=Profile(name=name, emails=(address,) if emails is None else emails),
        )
        saved = await self.graph.write(save_records, records=[record], actor="test", at=at)
        return saved[0].person_id

    async def template(self, subject: str = "Hello", body: str = "Hi {{candidate.first_name}}") -> Template:
        template = NewTemplate(id=new_id(), event_id=new_id(), name="First", subject=subject, body=body)
        return await self.graph.write(create_template, template=template, actor="test", at=AT)

    async def queue(
        self, candidates: list[str], template: Template, *, label: str = "key", **changes: Any
    ) -> tuple[TouchOutcome, ...]:
        given = {
            "key": f"{label} {self.salt}",
            "candidate_ids": candidates,
            "template_id": template.id,
            "job_id": None,
            "sender": Sender(name="Rita", company_name="Kith"),
            "unsubscribe_seed": SEED + self.salt,
            "actor": "test",
            "at": AT,
        }
        return await self.graph.write(queue_touches, **(given | changes))

    async def queued(self, name: str = "Ann Lee") -> str:
        outcomes = await self.queue([await self.candidate(name)], await self.template())
        assert outcomes[0].touch_id
        return outcomes[0].touch_id

    async def claim(
        self, touch_id: str, claim_id: str = "claim", *, at: str = AT, lost_before: str = LONG_AGO
    ) -> ClaimedTouch | TouchStatus | None:
        return await self.graph.write(
            claim_touch,
            touch_id=touch_id,
            claim_id=claim_id,
            event_id=new_id(),
            at=at,
            lost_before=lost_before,
            actor="test",
        )

    async def touch(self, touch_id: str) -> TouchState:
        return await touch_state(self.graph, touch_id)

    async def opt_out(self, touch_id: str, *, at: str = AT) -> Any:
        key = await self.graph.read(unsubscribe_key, id_=touch_id)
        return await self.graph.write(opt_out, unsubscribe_key=key, at=at, event_id=new_id())

    async def events(self, candidate_id: str) -> list[str]:
        return await self.graph.read(event_types, id_=candidate_id)


async def event_types(tx: Transaction, /, *, id_: str) -> list[str]:
    return [row["type"] for row in await EVENTS.rows(tx, id=id_)]


async def unsubscribe_key(tx: Transaction, /, *, id_: str) -> str:
    row = await KEY_OF.row(tx, id=id_)
    assert row
    return str(row["key"])


@pytest.fixture
def campaign(graph: Graph) -> Campaign:
    return Campaign(graph)


async def test_a_call_with_the_same_key_queues_nothing_again(campaign: Campaign) -> None:
    ann, ben = await campaign.candidate("Ann Lee"), await campaign.candidate("Ben Roe")
    template = await campaign.template()
    first = await campaign.queue([ann], template)
    again = await campaign.queue([ben, ann, ann], template)
    assert [(o.candidate_id, o.queued, o.repeated) for o in first] == [(ann, True, False)]
    assert [(o.candidate_id, o.queued, o.repeated) for o in again] == [(ben, True, False), (ann, True, True)]
    assert first[0].touch_id == again[1].touch_id
    assert await campaign.events(ann) == ["touch.queued"]
    other = await campaign.queue([ann], template, label="other")
    assert other[0].touch_id != first[0].touch_id


async def test_calls_at_the_same_time_queue_once(campaign: Campaign) -> None:
    people = [await campaign.candidate(f"P{number} Lee") for number in range(8)]
    template = await campaign.template()
    calls = [campaign.queue(people if number % 2 else people[::-1], template) for number in range(10)]
    results = await asyncio.gather(*calls)
    for person in people:
        outcomes = [outcome for result in results for outcome in result if outcome.candidate_id == person]
        assert len({outcome.touch_id for outcome in outcomes}) == 1
        assert [outcome.repeated for outcome in outcomes].count(False) == 1
        assert await campaign.events(person) == ["touch.queued"]


async def test_refusals_are_data_and_stay_what_they_were(campaign: Campaign) -> None:
    silent = await campaign.candidate("Sil Ent", consent=None)
    against = await campaign.candidate("Aga Inst", consent=False)
    nowhere = await campaign.candidate("No Where", emails=())
    nameless = await campaign.candidate(None)
    unknown = new_id()
    left = await campaign.candidate("Le Ft")
    template = await campaign.template()
    await campaign.opt_out((await campaign.queue([left], template, label="before"))[0].touch_id or "")
    people = [silent, against, nowhere, nameless, unknown, left]
    outcomes = await campaign.queue(people, template)
    expected = [
        Refusal.NO_CONSENT,
        Refusal.NO_CONSENT,
        Refusal.NO_EMAIL,
        Refusal.NO_NAME,
        Refusal.NOT_FOUND,
        Refusal.OPTED_OUT,
    ]
    assert [outcome.refusal for outcome in outcomes] == expected
    assert not any(outcome.queued for outcome in outcomes)
    assert await campaign.events(silent) == []
    assert await campaign.graph.read(stale_touches, queued_before=LATER, sending_before=LATER, limit=10_000)
    kept = await related(campaign.graph, PERSON, OF_PERSON, people, node("status"))
    assert kept[silent] == [TouchStatus.REFUSED]
    assert set(kept) == set(people) - {unknown}
    await campaign.candidate("Sil Ent", consent=True, at=LATER)
    assert (await campaign.queue([silent], template))[0].refusal == Refusal.NO_CONSENT
    assert await campaign.claim(outcomes[0].touch_id or "") is TouchStatus.REFUSED
    assert (await campaign.queue([silent], template, label="anew"))[0].queued


async def test_only_one_of_many_claims_gets_a_touch(campaign: Campaign) -> None:
    touch = await campaign.queued("Ann Lee")
    claims = await asyncio.gather(*(campaign.claim(touch, f"claim {number}") for number in range(20)))
    won = [claim for claim in claims if isinstance(claim, ClaimedTouch)]
    assert len(won) == 1
    assert won[0].body == "Hi Ann"
    assert won[0].address.startswith("ann-")
    assert claims.count(TouchStatus.SENDING) == 19
    assert await campaign.claim(new_id()) is None


async def test_a_claim_whose_worker_died_is_uncertain_and_never_free_again(campaign: Campaign) -> None:
    touch = await campaign.queued()
    await campaign.claim(touch, "dead")
    assert await campaign.claim(touch, "second", lost_before=AT) is TouchStatus.SENDING
    stale = await campaign.graph.read(
        stale_touches, queued_before=LONG_AGO, sending_before=LATER, limit=10_000
    )
    assert touch in stale
    assert await campaign.claim(touch, "third", at=LATER, lost_before=LATER) is TouchStatus.UNCERTAIN
    assert (await campaign.touch(touch)).reason == WORKER_LOST
    assert await campaign.claim(touch, "fourth", at=FAR, lost_before=FAR) is TouchStatus.UNCERTAIN
    candidate = (await campaign.touch(touch)).candidate_id
    assert await campaign.events(candidate) == ["touch.queued", "touch.uncertain"]
    assert touch not in await campaign.graph.read(
        stale_touches, queued_before=FAR, sending_before=FAR, limit=10_000
    )


async def test_only_the_claimant_ends_a_claim_and_only_once(campaign: Campaign) -> None:
    touch = await campaign.queued()
    await campaign.claim(touch, "first")
    write = campaign.graph.write
    assert not await write(release, touch_id=touch, claim_id="other", reason="RCPT_451", at=AT)
    assert await write(release, touch_id=touch, claim_id="first", reason="RCPT_451", at=AT)
    assert (await campaign.touch(touch)).status is TouchStatus.QUEUED
    await campaign.claim(touch, "second")
    ending = {"touch_id": touch, "at": LATER, "actor": "test"}
    assert not await write(mark_sent, claim_id="first", message_id="<a@b>", event_id=new_id(), **ending)
    assert await write(mark_sent, claim_id="second", message_id="<a@b>", event_id=new_id(), **ending)
    assert not await write(mark_failed, claim_id="second", reason="DATA_550", event_id=new_id(), **ending)
    kept = await campaign.touch(touch)
    assert (kept.status, kept.sent_at, kept.attempts, kept.reason) == (TouchStatus.SENT, LATER, 2, None)
    assert kept.subject == "Hello"
    assert await campaign.events(kept.candidate_id) == ["touch.queued", "touch.sent"]


async def test_consent_withdrawn_after_queueing_cancels(campaign: Campaign) -> None:
    touch = await campaign.queued("Ann Lee")
    await campaign.candidate("Ann Lee", consent=False, at=LATER)
    assert await campaign.claim(touch, at=LATER) is TouchStatus.CANCELLED
    kept = await campaign.touch(touch)
    assert (kept.status, kept.reason) == (TouchStatus.CANCELLED, Refusal.NO_CONSENT)
    assert await campaign.events(kept.candidate_id) == ["touch.queued", "touch.cancelled"]
    assert (await campaign.claim(touch, at=FAR)) is TouchStatus.CANCELLED


async def test_opting_out_is_noted_once_and_stays_with_the_address(campaign: Campaign) -> None:
    touch = await campaign.queued("Ann Lee")
    claimed = await campaign.claim(touch)
    assert isinstance(claimed, ClaimedTouch)
    first = await campaign.opt_out(touch)
    assert (first.first, first.at) == (True, AT)
    again = await campaign.opt_out(touch, at=LATER)
    assert (again.first, again.at) == (False, AT)
    candidate = (await campaign.touch(touch)).candidate_id
    assert await campaign.events(candidate) == ["candidate.opted_out", "touch.queued"]
    assert await campaign.graph.write(opt_out, unsubscribe_key="x", at=AT, event_id=new_id()) is None
    await campaign.candidate("Ann Lee", consent=True, at=LATER)
    outcomes = await campaign.queue([candidate], await campaign.template(), label="after")
    assert outcomes[0].refusal == Refusal.OPTED_OUT


async def test_unsubscribe_keys_differ_and_do_not_follow_from_what_others_know(campaign: Campaign) -> None:
    ann, ben = await campaign.candidate("Ann Lee"), await campaign.candidate("Ben Roe")
    template = await campaign.template()
    touches = [outcome.touch_id or "" for outcome in await campaign.queue([ann, ben], template)]
    touches += [
        outcome.touch_id or ""
        for outcome in await campaign.queue([ann], template, label="other", unsubscribe_seed="t" * 40)
    ]
    keys = [await campaign.graph.read(unsubscribe_key, id_=touch) for touch in touches]
    assert len(set(keys)) == 3
    assert all(len(key) == 64 for key in keys)


async def test_what_a_template_needs_is_asked_for_at_once(campaign: Campaign) -> None:
    ann = await campaign.candidate("Ann Lee")
    template = await campaign.template("{{job.title}} at {{company.name}}", "from {{sender.name}}")
    with pytest.raises(InvalidInput, match=r"job\.title"):
        await campaign.queue([ann], template)
    job = await campaign.graph.write(
        create_job,
        job=NewJob(
            id=new_id(), event_id=new_id(), title="Baker\r\nBcc: all@example.org", description="Bread"
        ),
        actor="test",
        at=AT,
    )
    with pytest.raises(InvalidInput, match=r"company\.name"):
        await campaign.queue([ann], template, job_id=job.id, sender=Sender(name="Rita"))
    with pytest.raises(NotFound, match="job"):
        await campaign.queue([ann], template, job_id=new_id())
    with pytest.raises(NotFound, match="colleague"):
        await campaign.queue([ann], template, job_id=job.id, sender=Sender(name="Rita", id=new_id()))
    assert await campaign.events(ann) == []
    outcomes = await campaign.queue([ann], template, job_id=job.id)
    claimed = await campaign.claim(outcomes[0].touch_id or "")
    assert isinstance(claimed, ClaimedTouch)
    assert claimed.subject == "Baker Bcc: all@example.org at Kith"
    assert claimed.body == "from Rita"
    assert (await campaign.touch(claimed.id)).job_id == job.id


async def test_bounds_of_a_call(campaign: Campaign) -> None:
    template = await campaign.template()
    refused: tuple[dict[str, Any], ...] = (
        {"candidate_ids": []},
        {"candidate_ids": [new_id() for _ in range(501)]},
        {"key": " "},
        {"key": "x" * 201},
        {"unsubscribe_seed": "short"},
    )
    for changes in refused:
        with pytest.raises(InvalidInput):
            await campaign.queue([new_id()], template, **changes)
    with pytest.raises(NotFound, match="template"):
        await campaign.queue([new_id()], template, template_id=new_id())


async def test_a_template_is_made_once(campaign: Campaign) -> None:
    made = await campaign.template()
    again = NewTemplate(id=made.id, event_id=new_id(), name=made.name, subject=made.subject, body=made.body)
    assert await campaign.graph.write(create_template, template=again, actor="test", at=LATER) == made
    other = NewTemplate(id=made.id, event_id=new_id(), name="Other", subject="Hello", body="Hi")
    with pytest.raises(Conflict):
        await campaign.graph.write(create_template, template=other, actor="test", at=LATER)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann Lee", "Ann"),
        ("Lee, Ann Mary", "Ann"),
        ("Prof. Dr. Ann Lee", "Ann"),
        ("J. R. Lee", "J. R. Lee"),
        ("Ann", "Ann"),
        ("Dr.", "Dr."),
        ("  ", None),
        (",", None),
        (None, None),
    ],
)
def test_first_names(name: str | None, expected: str | None) -> None:
    assert first_name(name) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{{candidate.email}}",
        "{{ candidate.__class__ }}",
        "{{candidate.name.upper}}",
        "{% for x in y %}",
        "{candidate.name}",
        "{{candidate.name}",
        "{{{candidate.name}}}",
        "}}",
        "{{candidate.name|upper}}",
        "{{}}",
    ],
)
def test_anything_but_a_merge_field_is_refused_with_a_list_of_them(text: str) -> None:
    for field, texts in (
        ("body", {"subject": "s", "body": text}),
        ("subject", {"subject": text, "body": "b"}),
    ):
        with pytest.raises(InvalidInput, match=r"\{\{candidate\.first_name\}\}") as refused:
            check_template(name="n", **texts)
        assert refused.value.field == field


@pytest.mark.parametrize("mark", ["\n", "\r", "\x00", "\u2028", "\x85", "\x1b"])
def test_a_subject_is_one_line(mark: str) -> None:
    with pytest.raises(InvalidInput, match="line break"):
        check_template(name="n", subject=f"Hello{mark}Bcc: all@example.org", body="b")


@pytest.mark.parametrize("field", ["name", "subject", "body"])
def test_texts_are_neither_empty_nor_endless(field: str) -> None:
    texts = {"name": "n", "subject": "s", "body": "b"}
    for bad in (" ", "x" * 20_001):
        with pytest.raises(InvalidInput) as refused:
            check_template(**(texts | {field: bad}))
        assert refused.value.field == field


PIECES = st.one_of(
    st.sampled_from([f"{{{{{field}}}}}" for field in MergeField]),
    st.sampled_from(["{{ candidate.name }}", "{{", "}}", "{", "}", "{{candidate.age}}", "\n"]),
    st.text(max_size=12),
)
VALUES = st.fixed_dictionaries({field: st.one_of(st.none(), st.text(max_size=30)) for field in MergeField})


@settings(deadline=None)
@given(pieces=st.lists(PIECES, max_size=8), values=VALUES)
def test_a_template_is_refused_or_renders_whole(
    pieces: list[str], values: dict[MergeField, str | None]
) -> None:
    text = "".join(pieces)
    try:
        check_template(name="n", subject="s", body=text)
    except InvalidInput:
        return
    fields = fields_of(text)
    missing = [field for field in fields if not one_line(values[field] or "")]
    if missing:
        with pytest.raises(MissingValue) as refused:
            render_text(text, values)
        assert refused.value.field in missing
        return
    rendered = render_text(text, values)
    plain = dict.fromkeys(MergeField, "") | dict.fromkeys(fields, "VALUE")
    assert render_text(text, plain).count("VALUE") >= len(fields)
    assert rendered.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@settings(deadline=None)
@given(values=VALUES, text=st.text(st.characters(exclude_characters="{}"), max_size=50))
def test_a_rendered_subject_is_always_one_short_line(values: dict[MergeField, str | None], text: str) -> None:
    template = text + "".join(f" {{{{{field}}}}}" for field in MergeField)
    try:
        line = render_line(template, values)
    except MissingValue:
        return
    assert len(line) <= 400
    assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]


def test_values_are_not_merged_again() -> None:
    values = {MergeField.CANDIDATE_NAME: "{{job.title}} {{x}}", MergeField.JOB_TITLE: "secret"}
    assert render_text("Hi {{candidate.name}}", values) == "Hi {{job.title}} {{x}}"
    with pytest.raises(MissingValue, match=r"candidate\.name"):
        render_text("Hi {{candidate.name}},", {MergeField.CANDIDATE_NAME: " \n"})
