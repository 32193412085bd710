"""Who may do what, tried at the door: every operation × every role, against the table."""

import io
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from starlette.datastructures import UploadFile

from api.registered import ANONYMOUS
from graph.client import Statement
from graph.events import Change
from graph.ids import from_now, new_id
from graph.rights import GRANTS, Permission
from graph.sessions import PREFIX, NewSession, SignIn, start_session
from graph.tokens import AccessRole
from schema.context import Context
from schema.loaders import Loaders
from schema.node import Kind, global_id
from schema.operations import Request
from tests.api.conftest import ROLES, System, kith
from tests.api.serving import Served, client

ANY_CANDIDATE = Statement(
    "tests.any_candidate", "MATCH (p:Person:Candidate) RETURN p.id AS id ORDER BY p.id LIMIT 1"
)
UNKNOWN = {kind: global_id(kind, new_id()) for kind in Kind}

OPERATIONS: dict[str, tuple[Permission, str]] = {
    "candidate": (
        Permission.CANDIDATES_READ,
        f'{{ candidate(by: {{ id: "{UNKNOWN[Kind.PERSON]}" }}) {{ id }} }}',
    ),
    "candidates": (Permission.CANDIDATES_READ, "{ candidates(first: 1) { totalCount } }"),
    "colleagues": (Permission.CANDIDATES_READ, "{ colleagues(first: 1) { totalCount } }"),
    "companies": (Permission.COMPANIES_READ, "{ companies(first: 1) { totalCount } }"),
    "job": (Permission.JOBS_READ, f'{{ job(by: {{ id: "{UNKNOWN[Kind.JOB]}" }}) {{ id }} }}'),
    "jobs": (Permission.JOBS_READ, "{ jobs(first: 1) { totalCount } }"),
    "applications": (Permission.APPLICATIONS_READ, "{ applications(first: 1) { totalCount } }"),
    "explainMatch": (Permission.TALENT_SEARCH, '{ explainMatch(receiptId: "x") { text } }'),
    "talentSearch": (Permission.TALENT_SEARCH, "{ talentSearch(first: 1) { totalCount } }"),
    "matchCandidates": (
        Permission.TALENT_SEARCH,
        f'{{ matchCandidates(job: {{ id: "{UNKNOWN[Kind.JOB]}" }}, first: 1) {{ totalCount }} }}',
    ),
    "matchJobs": (
        Permission.TALENT_SEARCH,
        f'{{ matchJobs(candidate: {{ id: "{UNKNOWN[Kind.PERSON]}" }}, first: 1) {{ totalCount }} }}',
    ),
    "similarCandidates": (
        Permission.TALENT_SEARCH,
        f'{{ similarCandidates(candidates: [{{ id: "{UNKNOWN[Kind.PERSON]}" }}], first: 1) {{ totalCount }} }}',
    ),
    "referralPaths": (
        Permission.REFERRALS_READ,
        f'{{ referralPaths(candidate: {{ id: "{UNKNOWN[Kind.PERSON]}" }}) {{ truncated }} }}',
    ),
    "intakes": (Permission.INTAKES_READ, "{ intakes(first: 1) { totalCount } }"),
    "templates": (Permission.OUTREACH_READ, "{ templates(first: 1) { totalCount } }"),
    "searchInsights": (Permission.TAXONOMY_WRITE, "{ searchInsights(first: 1) { text } }"),
    "suggest": (Permission.TALENT_SEARCH, '{ suggest(text: "a", kind: SKILL, first: 1) { text } }'),
    "taxonomyTerms": (Permission.TALENT_SEARCH, "{ taxonomyTerms(first: 1) { totalCount } }"),
    "createTerm": (
        Permission.TAXONOMY_WRITE,
        'mutation { createTerm(input: { kind: SKILL, name: "" }) { userErrors { code } } }',
    ),
    "updateTerm": (
        Permission.TAXONOMY_WRITE,
        f'mutation {{ updateTerm(input: {{ termId: "{UNKNOWN[Kind.TERM]}" }}) {{ userErrors {{ code }} }} }}',
    ),
    "mergeTerms": (
        Permission.TAXONOMY_WRITE,
        (
            f'mutation {{ mergeTerms(input: {{ termId: "{UNKNOWN[Kind.TERM]}", '
            f'mergedId: "{UNKNOWN[Kind.TERM]}" }}) {{ userErrors {{ code }} }} }}'
        ),
    ),
    "savedSearches": (Permission.TALENT_SEARCH, "{ savedSearches(first: 1) { totalCount } }"),
    "savedSearchResults": (
        Permission.TALENT_SEARCH,
        f'{{ savedSearchResults(id: "{UNKNOWN[Kind.SAVED_SEARCH]}", first: 1) {{ totalCount }} }}',
    ),
    "createSavedSearch": (
        Permission.TALENT_SEARCH,
        'mutation { createSavedSearch(input: { name: "", search: {} }) { userErrors { code } } }',
    ),
    "updateSavedSearch": (
        Permission.TALENT_SEARCH,
        (
            f'mutation {{ updateSavedSearch(input: {{ savedSearchId: "{UNKNOWN[Kind.SAVED_SEARCH]}" }})'
            " { userErrors { code } } }"
        ),
    ),
    "deleteSavedSearch": (
        Permission.TALENT_SEARCH,
        (
            f'mutation {{ deleteSavedSearch(input: {{ savedSearchId: "{UNKNOWN[Kind.SAVED_SEARCH]}" }})'
            " { userErrors { code } } }"
        ),
    ),
    "setSavedSearchStanding": (
        Permission.TALENT_SEARCH,
        (
            f'mutation {{ setSavedSearchStanding(input: {{ savedSearchId: "{UNKNOWN[Kind.SAVED_SEARCH]}", standing: true }})'
            " { userErrors { code } } }"
        ),
    ),
    "markSavedSearchMatchesSeen": (
        Permission.TALENT_SEARCH,
        (
            f'mutation {{ markSavedSearchMatchesSeen(input: {{ savedSearchId: "{UNKNOWN[Kind.SAVED_SEARCH]}" }})'
            " { userErrors { code } } }"
        ),
    ),
    "events": (Permission.EVENTS_READ, "{ events(first: 1) { lastSequence } }"),
    "partnerApplications": (Permission.PARTNERS_MANAGE, "{ partnerApplications(first: 1) { totalCount } }"),
    "partnerApplication": (
        Permission.PARTNERS_MANAGE,
        f'{{ partnerApplication(id: "{UNKNOWN[Kind.PARTNER_APPLICATION]}") {{ id }} }}',
    ),
    "registerPartnerApplication": (
        Permission.PARTNERS_MANAGE,
        'mutation { registerPartnerApplication(input: { name: "", contact: "" }) { userErrors { code } } }',
    ),
    "submitPartnerDocuments": (
        Permission.PARTNERS_MANAGE,
        (
            f'mutation {{ submitPartnerDocuments(input: {{ applicationId: "{UNKNOWN[Kind.PARTNER_APPLICATION]}", '
            "documents: [] }) { userErrors { code } } }"
        ),
    ),
    "approvePartnerApplication": (
        Permission.PARTNERS_MANAGE,
        (
            f'mutation {{ approvePartnerApplication(input: {{ applicationId: "{UNKNOWN[Kind.PARTNER_APPLICATION]}", '
            "hashes: [] }) { userErrors { code } } }"
        ),
    ),
    "suspendPartnerApplication": (
        Permission.PARTNERS_MANAGE,
        (
            "mutation { suspendPartnerApplication(input: "
            f'{{ applicationId: "{UNKNOWN[Kind.PARTNER_APPLICATION]}" }}) {{ userErrors {{ code }} }} }}'
        ),
    ),
    "issuePartnerToken": (
        Permission.PARTNERS_MANAGE,
        (
            f'mutation {{ issuePartnerToken(input: {{ applicationId: "{UNKNOWN[Kind.PARTNER_APPLICATION]}", '
            'label: "x" }) { userErrors { code } } }'
        ),
    ),
    "createCandidate": (
        Permission.CANDIDATES_WRITE,
        'mutation { createCandidate(input: { name: "" }) { userErrors { code } } }',
    ),
    "createJob": (
        Permission.JOBS_WRITE,
        'mutation { createJob(input: { title: "", description: "" }) { userErrors { code } } }',
    ),
    "updateJob": (
        Permission.JOBS_WRITE,
        f'mutation {{ updateJob(input: {{ job: {{ id: "{UNKNOWN[Kind.JOB]}" }} }}) {{ userErrors {{ code }} }} }}',
    ),
    "applyToJob": (
        Permission.APPLICATIONS_WRITE,
        (
            f'mutation {{ applyToJob(input: {{ job: {{ id: "{UNKNOWN[Kind.JOB]}" }}, '
            f'candidate: {{ id: "{UNKNOWN[Kind.PERSON]}" }} }})'
            " { userErrors { code } } }"
        ),
    ),
    "moveApplication": (
        Permission.APPLICATIONS_WRITE,
        (
            f'mutation {{ moveApplication(input: {{ application: {{ id: "{UNKNOWN[Kind.APPLICATION]}" }}, '
            f'stageId: "{UNKNOWN[Kind.STAGE]}" }}) {{ userErrors {{ code }} }} }}'
        ),
    ),
    "shortlist": (
        Permission.CANDIDATES_WRITE,
        (
            f'mutation {{ shortlist(input: {{ job: {{ id: "{UNKNOWN[Kind.JOB]}" }}, candidates: [] }})'
            " { userErrors { code } } }"
        ),
    ),
    "setJobAccess": (
        Permission.JOBS_WRITE,
        (
            f'mutation {{ setJobAccess(input: {{ job: {{ id: "{UNKNOWN[Kind.JOB]}" }}, confidential: false, members: [] }})'
            " { userErrors { code } } }"
        ),
    ),
    "setCandidatePrivacy": (
        Permission.CANDIDATES_WRITE,
        (
            f'mutation {{ setCandidatePrivacy(input: {{ candidate: {{ id: "{UNKNOWN[Kind.PERSON]}" }}, private: false, '
            "sharedWith: [] }) { userErrors { code } } }"
        ),
    ),
    "importResume": (
        Permission.INTAKES_WRITE,
        'mutation($file: Upload!) { importResume(input: { file: $file, candidate: { id: "none" } }) { userErrors { code } } }',
    ),
    "retryIntake": (
        Permission.INTAKES_WRITE,
        f'mutation {{ retryIntake(input: {{ intakeId: "{UNKNOWN[Kind.INTAKE]}" }}) {{ userErrors {{ code }} }} }}',
    ),
    "createReferral": (
        Permission.REFERRALS_WRITE,
        (
            f'mutation {{ createReferral(input: {{ by: {{ id: "{UNKNOWN[Kind.PERSON]}" }}, '
            f'candidate: {{ id: "{UNKNOWN[Kind.PERSON]}" }} }}) {{ userErrors {{ code }} }} }}'
        ),
    ),
    "createTemplate": (
        Permission.OUTREACH_WRITE,
        'mutation { createTemplate(input: { name: "", subject: "", body: "" }) { userErrors { code } } }',
    ),
    "users": (Permission.USERS_MANAGE, "{ users(first: 1) { totalCount } }"),
    "inviteUser": (
        Permission.USERS_MANAGE,
        'mutation { inviteUser(input: { email: "nobody", role: EMPLOYEE }) { userErrors { code } } }',
    ),
    "revokeInvitation": (
        Permission.USERS_MANAGE,
        (
            f'mutation {{ revokeInvitation(input: {{ userId: "{UNKNOWN[Kind.USER]}" }})'
            " { userErrors { code } } }"
        ),
    ),
    "setUserRole": (
        Permission.USERS_MANAGE,
        (
            f'mutation {{ setUserRole(input: {{ userId: "{UNKNOWN[Kind.USER]}", role: EMPLOYEE }})'
            " { userErrors { code } } }"
        ),
    ),
    "disableUser": (
        Permission.USERS_MANAGE,
        f'mutation {{ disableUser(input: {{ userId: "{UNKNOWN[Kind.USER]}" }}) {{ userErrors {{ code }} }} }}',
    ),
    "enableUser": (
        Permission.USERS_MANAGE,
        f'mutation {{ enableUser(input: {{ userId: "{UNKNOWN[Kind.USER]}" }}) {{ userErrors {{ code }} }} }}',
    ),
    "tokens": (Permission.TOKENS_MANAGE, "{ tokens(first: 1) { totalCount } }"),
    "createToken": (
        Permission.TOKENS_MANAGE,
        'mutation { createToken(input: { label: "", role: EMPLOYEE }) { userErrors { code } } }',
    ),
    "rotateToken": (
        Permission.TOKENS_MANAGE,
        f'mutation {{ rotateToken(input: {{ tokenId: "{UNKNOWN[Kind.TOKEN]}" }}) {{ userErrors {{ code }} }} }}',
    ),
    "revokeToken": (
        Permission.TOKENS_MANAGE,
        f'mutation {{ revokeToken(input: {{ tokenId: "{UNKNOWN[Kind.TOKEN]}" }}) {{ userErrors {{ code }} }} }}',
    ),
    "contactCandidates": (
        Permission.OUTREACH_WRITE,
        (
            'mutation { contactCandidates(input: { idempotencyKey: "k", candidates: [], '
            f'templateId: "{UNKNOWN[Kind.TEMPLATE]}" }}) {{ userErrors {{ code }} }} }}'
        ),
    ),
}
"""Each operation with harmless input: whoever may call it is told what is wrong with the input."""

OPEN = {"node", "nodes", "viewer"}
"""Their rights are those of what they find, see `test_node_hides_what_lists_hide`; `viewer` tells who is asking."""


async def test_the_list_is_complete(system: System) -> None:
    data = await system.data(
        "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }"
    )
    fields = [*data["__schema"]["queryType"]["fields"], *data["__schema"]["mutationType"]["fields"]]
    assert {field["name"] for field in fields} == set(OPERATIONS) | OPEN


@pytest.mark.parametrize("name", OPERATIONS)
async def test_the_table_decides(system: System, name: str) -> None:
    permission, document = OPERATIONS[name]
    for role in ROLES:
        before = await system.fingerprint()
        answer = await _call(system, document, role)
        granted = permission in GRANTS[AccessRole(role.upper())]
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert ("FORBIDDEN" in codes) is not granted, (role, answer)
        assert await system.fingerprint() == before


async def candidate_token(system: System) -> str:
    """Have a candidate signed in; return the session's token."""
    (row,) = await system.graph.execute(ANY_CANDIDATE)
    session = NewSession(
        id=new_id(),
        secret=PREFIX + new_id(),
        subject=row["id"],
        sign_in=SignIn.LINK,
        expires_at=from_now(timedelta(hours=1)),
    )
    assert await system.graph.write(start_session, session=session, change=Change.by("test"))
    await system.settled()
    return session.secret


@pytest.fixture(params=[AccessRole.CANDIDATE, AccessRole.ANONYMOUS])
async def nameless(
    request: pytest.FixtureRequest, system: System, served: Served
) -> tuple[AccessRole, Callable[[str], Awaitable[Any]]]:
    """A role that no token has, and what sends operations as it: a session, and what nobody's document would be answered."""
    role = request.param
    token = await candidate_token(system) if role is AccessRole.CANDIDATE else ""
    services = served.app.state.services

    async def send(document: str) -> Any:
        if role is AccessRole.CANDIDATE:
            given: dict[str, Any] = {"json": {"query": document}}
            if "$file" in document:
                operations = json.dumps({"query": document, "variables": {"file": None}})
                form = {"operations": operations, "map": '{"0": ["variables.file"]}'}
                given = {"data": form, "files": {"0": b"text"}}
            headers = {"GraphQL-Preflight": "1", "Authorization": f"Bearer {token}"}
            return (await system.raw(role=None, headers=headers, **given)).json()
        variables = {"file": UploadFile(io.BytesIO(b"text"))} if "$file" in document else {}
        loaders = Loaders(services.graph, ANONYMOUS.viewer)
        context = Context(principal=ANONYMOUS, services=services, loaders=loaders)
        return orjson.loads(
            await served.operations.answer(Request(query=document, variables=variables), context)
        )

    return role, send


def test_no_role_is_left_out() -> None:
    assert {AccessRole(role.upper()) for role in ROLES} | {AccessRole.CANDIDATE, AccessRole.ANONYMOUS} == set(
        AccessRole
    )


async def test_the_table_decides_for_those_without_tokens_too(
    system: System, nameless: tuple[AccessRole, Callable[[str], Awaitable[Any]]]
) -> None:
    role, send = nameless
    before = await system.fingerprint()
    for name, (permission, document) in OPERATIONS.items():
        answer = await send(document)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert ("FORBIDDEN" in codes) is not (permission in GRANTS[role]), (name, answer)
    assert await system.fingerprint() == before


SUBSCRIPTIONS = {
    "events": (Permission.EVENTS_READ, 'subscription { events(after: "0") { type } }'),
    "savedSearchMatches": (
        Permission.TALENT_SEARCH,
        'subscription { savedSearchMatches(after: "x") { at } }',
    ),
}


async def test_the_list_of_subscriptions_is_complete(system: System) -> None:
    data = await system.data("{ __schema { subscriptionType { fields { name } } } }")
    assert {field["name"] for field in data["__schema"]["subscriptionType"]["fields"]} == set(SUBSCRIPTIONS)


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_the_table_decides_about_subscriptions(system: System, served: Served, name: str) -> None:
    permission, document = SUBSCRIPTIONS[name]
    tokens = system.tokens | {"candidate": await candidate_token(system)}
    for role, token in tokens.items():
        async with client(served, token) as one:
            await one.subscribe(document)
            message = await one.receive()
            errors = (
                message["payload"] if message["type"] == "error" else message["payload"].get("errors", [])
            )
            codes = [error["extensions"]["code"] for error in errors]
            granted = permission in GRANTS[AccessRole(role.upper())]
            assert ("FORBIDDEN" in codes) is not granted, (role, message)


async def _call(system: System, document: str, role: str) -> Any:
    if "$file" not in document:
        return await system.post(document, role=role)
    operations = json.dumps({"query": document, "variables": {"file": None}})
    form = {"operations": operations, "map": '{"0": ["variables.file"]}'}
    return (
        await system.raw(data=form, files={"0": b"text"}, headers={"GraphQL-Preflight": "1"}, role=role)
    ).json()


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer kith_nonsense", "Basic YTpi", "Bearer " + "x" * 9000]
)
async def test_without_a_valid_token_there_is_no_answer(system: System, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    before = await system.fingerprint()
    response = await system.raw(
        role=None,
        headers=headers,
        json={"query": 'mutation { createJob(input: { title: "x", description: "x" }) { job { id } } }'},
    )
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await system.fingerprint() == before


async def test_an_expired_token_is_none(system: System) -> None:
    made = kith("token", "create", "--role", "admin", "--expires", "2026-01-01T00:00:00Z")
    token = made.stdout.strip()
    response = await system.raw(
        role=None, headers={"Authorization": f"Bearer {token}"}, json={"query": "{ __typename }"}
    )
    assert response.status_code == 401


def test_a_token_of_no_role_is_refused(started: None) -> None:
    made = kith("token", "create", "--role", "king")
    assert made.returncode == 1
    assert "there is no role king" in made.stderr


async def test_tokens_are_not_kept_as_they_are(system: System) -> None:
    rows = await system.graph.execute(
        Statement("tests.tokens", "MATCH (t:Token) RETURN properties(t) AS token")
    )
    assert rows
    stored = json.dumps([row["token"] for row in rows])
    for token in system.tokens.values():
        assert token not in stored


async def test_node_hides_what_lists_hide(system: System) -> None:
    data = await system.data(
        "{ candidates(first: 1) { nodes { id } } jobs(first: 1) { nodes { id } } companies(first: 1) { nodes { id } } }"
    )
    candidate, job, company = (data[kind]["nodes"][0]["id"] for kind in ("candidates", "jobs", "companies"))
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for role, seen in (("recruiter", [candidate, job, company]), ("employee", [None, job, None])):
        nodes = (await system.data(document, {"ids": [candidate, job, company]}, role=role))["nodes"]
        assert [node and node["id"] for node in nodes] == seen


async def test_forbidden_fields_are_not_reached_through_others(system: System) -> None:
    for field in (
        "applications(first: 1) { totalCount }",
        "shortlist(first: 1) { totalCount }",
        "recruiter { name }",
    ):
        answer = await system.post(f"{{ jobs(first: 1) {{ nodes {{ title {field} }} }} }}", role="employee")
        assert "errors" not in answer
        assert {each["reason"] for each in answer["extensions"]["redactions"]} <= {
            "needs applications:read",
            "needs candidates:read",
        }
        assert len(answer["extensions"]["redactions"]) == len(answer["data"]["jobs"]["nodes"])
