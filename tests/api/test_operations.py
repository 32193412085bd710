"""Every document of docs/operations runs as it stands, with its variables, on the demo."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema as build_graphql_schema
from graphql import parse, validate

from api import operations, setup
from api.cli import surroundings
from api.demo.files import resume_files
from api.demo.people import person
from schema.root import build_schema
from search.insights.log import LEAST_SHOWN
from tests.api.conftest import System, kith
from tests.waiting import eventually

NAMES = (
    "apply_to_job",
    "candidate_profile",
    "contact_candidates",
    "create_candidate",
    "create_job",
    "create_saved_search",
    "create_term",
    "create_token",
    "delete_saved_search",
    "events",
    "explain_match",
    "import_resume",
    "invite_user",
    "job_pipeline",
    "mark_saved_search_matches_seen",
    "merge_terms",
    "match_candidates",
    "match_jobs",
    "referral_paths",
    "resume_text",
    "rotate_token",
    "saved_search_matches",
    "saved_search_results",
    "saved_searches",
    "search_insights",
    "set_candidate_privacy",
    "set_job_access",
    "set_saved_search_standing",
    "shortlist",
    "similar_candidates",
    "standing_searches",
    "suggest",
    "talent_search",
    "taxonomy_terms",
    "update_job",
    "update_saved_search",
    "update_term",
    "viewer",
)


def test_every_operation_is_there_with_its_variables() -> None:
    assert set(NAMES) <= set(operations.names())
    for name in operations.names():
        assert (operations.FOLDER / f"{name}.variables.json").is_file(), name


@pytest.mark.parametrize("name", operations.names())
def test_an_operation_is_valid(name: str) -> None:
    schema = build_graphql_schema(build_schema().as_str())
    assert validate(schema, parse(operations.read_operation(name, []).document)) == []


def _entrance() -> str:
    """Return the token that `kith up` gave out."""
    return surroundings.enter().token_file.read_text(encoding="ascii")


async def _run(system: System, name: str, *given: str, role: str = "recruiter") -> Any:
    operation = operations.read_operation(name, list(given))
    token = _entrance() if role == "entrance" else system.tokens[role]
    answer = await operations.execute(f"{system.url}/graphql", token, operation)
    assert "errors" not in answer, answer
    (result,) = answer["data"].values()
    assert isinstance(result, list) or not result.get("userErrors"), result
    return result


async def test_create_job(system: System) -> None:
    job = (await _run(system, "create_job"))["job"]
    assert job["salary"] == {"minimum": 70000, "maximum": 95000, "currency": "EUR"}
    assert [stage["category"] for stage in job["stages"]] == [
        "LEAD",
        "APPLIED",
        "SCREEN",
        "INTERVIEW",
        "OFFER",
        "HIRED",
    ]
    assert [skill["name"] for skill in job["skills"]] == ["Python", "Elasticsearch", "Neo4j"]


async def test_create_job_is_safe_to_repeat(system: System) -> None:
    one, other = [
        await _run(system, "create_job", 'input.title="Same"', 'input.idempotencyKey="same"')
        for _ in range(2)
    ]
    assert one == other


async def test_update_job_grows_the_version(system: System) -> None:
    one = (await _run(system, "update_job"))["job"]
    other = (await _run(system, "update_job", "input.openings=4", f"input.expectedVersion={one['version']}"))[
        "job"
    ]
    assert (one["openings"], other["openings"]) == (3, 4)
    assert other["version"] == one["version"] + 1


async def test_create_candidate_adds_to_the_person_known_by_email(system: System) -> None:
    first = await _run(system, "create_candidate", 'input.emails=["twice@example.com"]')
    again = await _run(
        system,
        "create_candidate",
        'input.emails=["TWICE@example.com"]',
        'input.skills=["GraphQL"]',
    )
    assert first["created"]
    assert not again["created"]
    assert again["candidate"]["id"] == first["candidate"]["id"]
    assert {"Python", "Elasticsearch", "GraphQL"} == {s["name"] for s in again["candidate"]["skills"]}


async def test_apply_to_job(system: System) -> None:
    application = (await _run(system, "apply_to_job"))["application"]
    assert application["status"] == "ACTIVE"
    assert application["stage"]["category"] == "APPLIED"


async def test_shortlist_is_idempotent(system: System) -> None:
    first = await _run(system, "shortlist")
    again = await _run(system, "shortlist")
    assert len(first["added"]) == 2
    assert again["added"] == []
    assert again["job"]["shortlist"]["totalCount"] == first["job"]["shortlist"]["totalCount"]


async def test_set_job_access_names_the_members(system: System) -> None:
    job = (await _run(system, "set_job_access"))["job"]
    assert not job["confidential"]
    assert len(job["members"]) == 1


async def test_set_candidate_privacy_shares(system: System) -> None:
    candidate = (await _run(system, "set_candidate_privacy"))["candidate"]
    assert not candidate["private"]
    assert len(candidate["sharedWith"]) == 1


async def test_talent_search_explains_its_hits(system: System) -> None:
    await system.settled()
    found = await _run(system, "talent_search")
    assert found["totalCount"] > 0
    assert found["indexedThrough"] > 0
    for edge in found["edges"]:
        assert edge["score"] > 0
        reasons = edge["fit"]["reasons"]
        assert sum(reason["contribution"] for reason in reasons) == pytest.approx(edge["score"], rel=1e-5)
        by_clause = {reason["clause"]: reason for reason in reasons}
        assert by_clause["python"]["verdict"] == by_clause["years_experience gte 2.0"]["verdict"] == "MATCHED"
        assert "<em>" in by_clause["python"]["evidence"][0]["fragment"]
        assert edge["node"]["yearsOfExperience"] >= 2
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)
    facets = {facet["facet"]: facet["buckets"] for facet in found["facets"]}
    assert set(facets) == {"SKILLS", "COUNTRIES", "YEARS"}
    assert "python" in {bucket["value"] for bucket in facets["SKILLS"]}
    assert found == await _run(system, "talent_search")


async def test_match_candidates_says_what_each_has_and_lacks(system: System) -> None:
    await system.settled()
    found = await _run(system, "match_candidates")
    assert found["totalCount"] > 0
    for edge in found["edges"]:
        reasons = edge["fit"]["reasons"]
        assert sum(reason["contribution"] for reason in reasons) == pytest.approx(edge["score"], rel=1e-5)
        required = [reason for reason in reasons if reason["demand"] == "REQUIRED"]
        assert {"MATCHED"} <= {reason["verdict"] for reason in required} <= {"MATCHED", "MISSING"}
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)
    assert found == await _run(system, "match_candidates")
    explained = await _run(system, "explain_match", f"receiptId={found['edges'][0]['fit']['receiptId']}")
    assert explained["changes"] == []
    assert explained["recorded"]["score"] == explained["today"]["score"] == scores[0]


async def test_similar_candidates_are_others(system: System) -> None:
    await system.settled()
    variables = operations.read_operation("similar_candidates", []).variables
    named = {each["id"] for each in (*variables["candidates"], *variables["not"])}
    found = await _run(system, "similar_candidates")
    assert found["edges"]
    assert not named & {edge["node"]["id"] for edge in found["edges"]}
    assert found == await _run(system, "similar_candidates")
    explained = await _run(system, "explain_match", f"receiptId={found['edges'][0]['fit']['receiptId']}")
    assert explained["today"]["score"] == found["edges"][0]["score"]


async def test_explain_match_repeats_the_numbers(system: System) -> None:
    await system.settled()
    hit = (await _run(system, "talent_search"))["edges"][0]
    explained = await _run(system, "explain_match", f"receiptId={hit['fit']['receiptId']}")
    assert explained["changes"] == []
    assert explained["recorded"]["score"] == explained["today"]["score"] == hit["score"]
    assert explained["recorded"]["reasons"] == hit["fit"]["reasons"]
    assert explained["candidate"]["id"] == hit["node"]["id"]
    assert explained["where"] == ["years_experience gte 2.0"]


async def test_candidate_profile_names_its_sources(system: System) -> None:
    profile = await _run(system, "candidate_profile")
    records = {record["id"] for record in profile["records"]}
    assert profile["employments"]
    assert {employment["recordId"] for employment in profile["employments"]} <= records
    assert profile["applications"]["totalCount"] == len(profile["applications"]["nodes"])


async def test_job_pipeline_counts_agree(system: System) -> None:
    job = await _run(system, "job_pipeline", "first=100")
    active = [a["node"] for a in job["applications"]["edges"] if a["node"]["status"] == "ACTIVE"]
    for stage in job["stages"]:
        assert stage["activeApplications"] == sum(a["stage"]["name"] == stage["name"] for a in active)
    assert job["applications"]["totalCount"] == len(job["applications"]["edges"])


async def test_job_pipeline_goes_back_as_it_went_on(system: System) -> None:
    async def page(**given: Any) -> Any:
        job = await _run(
            system, "job_pipeline", *(f"{name}={json.dumps(value)}" for name, value in given.items())
        )
        return job["applications"]

    one = await page(first=1)
    two = await page(first=1, after=one["pageInfo"]["endCursor"])
    assert two["pageInfo"]["hasPreviousPage"]
    assert two["edges"] != one["edges"]
    back = await page(first=None, last=1, before=two["pageInfo"]["startCursor"])
    assert back["edges"] == one["edges"]
    assert (back["pageInfo"]["hasPreviousPage"], back["pageInfo"]["hasNextPage"]) == (False, True)


async def test_referral_paths_prove_each_hop(system: System) -> None:
    found = await _run(system, "referral_paths")
    assert found["paths"]
    for path in found["paths"]:
        assert len(path["hops"]) == len(path["people"]) - 1
        assert all(hop["evidence"] for hop in path["hops"])


async def test_viewer_says_who_is_asking(system: System) -> None:
    viewer = await _run(system, "viewer")
    assert (viewer["kind"], viewer["role"], viewer["scopes"]) == ("TOKEN", "RECRUITER", None)
    assert "CANDIDATES_WRITE" in viewer["permissions"]
    assert "USERS_MANAGE" not in viewer["permissions"]


async def test_suggest_completes_what_is_typed(system: System) -> None:
    await system.settled()
    suggested = await _run(system, "suggest")
    assert suggested[0]["text"] == "Python"
    assert suggested[0]["candidates"] > 0
    counts = [each["candidates"] for each in suggested]
    assert counts == sorted(counts, reverse=True)
    assert {each["text"] for each in suggested if each["term"]} >= {"Python", "PyTorch"}


async def test_search_insights_show_what_was_not_found(system: System) -> None:
    for _ in range(LEAST_SHOWN):
        found = await system.data('{ talentSearch(text: "kubernetees", first: 1) { totalCount } }')
        assert found["talentSearch"]["totalCount"] == 0

    async def shown() -> Any:
        return {each["text"]: each for each in await _run(system, "search_insights", "first=50")}.get(
            "kubernetees"
        )

    insight = await eventually(shown)
    assert insight["mended"][0]["text"] == "kubernetes"
    assert insight["mended"][0]["term"]["name"] == "Kubernetes"


async def test_terms_are_listed_made_changed_and_merged(system: System) -> None:
    (term,) = (await _run(system, "taxonomy_terms"))["nodes"]
    assert term["name"] == "Kubernetes"
    assert "DevOps" in {each["name"] for each in term["broader"]}
    made = [(await _run(system, "create_term"))["term"] for _ in range(2)]
    assert made[0] == made[1]
    assert made[0]["broader"] == [{"name": "DevOps"}]
    changed = [(await _run(system, "update_term"))["term"] for _ in range(2)]
    assert "kube" in changed[0]["synonyms"]
    assert changed[0] == changed[1]
    merged = [(await _run(system, "merge_terms"))["term"] for _ in range(2)]
    assert "HTML email" in merged[0]["synonyms"]
    assert merged[0] == merged[1]


async def test_searches_are_saved_listed_run_changed_and_deleted(system: System) -> None:
    made = [(await _run(system, "create_saved_search"))["savedSearch"] for _ in range(2)]
    assert made[0] == made[1]
    listed = await _run(system, "saved_searches")
    assert made[0] in [{**each, "owner": made[0]["owner"]} for each in listed["nodes"]]
    await system.settled()
    found = await _run(system, "saved_search_results")
    assert found["totalCount"] >= len(found["edges"]) > 0
    changed = [(await _run(system, "update_saved_search", role="entrance"))["savedSearch"] for _ in range(2)]
    assert changed[0]["name"] == "Python, two years or more"
    assert changed[0] == changed[1]
    gone = await _run(system, "delete_saved_search", role="admin")
    listed = await _run(system, "saved_searches")
    assert gone["savedSearchId"] not in {each["id"] for each in listed["nodes"]}


async def test_a_search_stands_tells_and_ends(system: System) -> None:
    made = (await _run(system, "create_saved_search", 'input.idempotencyKey="stands"'))["savedSearch"]
    its = f"input.savedSearchId={made['id']}"
    await system.settled()
    begun = [(await _run(system, "set_saved_search_standing", its))["savedSearch"] for _ in range(2)]
    assert begun[0] == begun[1]
    assert begun[0]["standing"]
    listed = (await _run(system, "standing_searches"))["nodes"]
    assert [each["matches"]["totalCount"] for each in listed if each["id"] == made["id"]] == [0]
    assert (await _run(system, "mark_saved_search_matches_seen", its))["seen"] == 0
    ended = (await _run(system, "set_saved_search_standing", its, "input.standing=false"))["savedSearch"]
    assert (ended["standing"], ended["version"]) == (False, begun[0]["version"] + 1)


async def test_the_search_of_the_demo_that_stands_has_told_of_those_who_came_in(system: System) -> None:
    await system.settled()
    (shown,) = [
        each
        for each in (await _run(system, "standing_searches", "matches=100", role="entrance"))["nodes"]
        if each["name"] == "Nurses who know intensive care"
    ]
    number = shown["matches"]["totalCount"]
    assert number == len(shown["matches"]["edges"]) > 1
    assert shown["standingFault"] is None
    follow = operations.read_operation("saved_search_matches", [])
    told = set()
    following = operations.follow(f"{system.url}/graphql", _entrance(), follow)
    async with aclosing(following):
        async for answer in following:
            told.add(answer["data"]["savedSearchMatches"]["candidate"]["id"])
            if len(told) == number:
                break
    assert told == {edge["node"]["id"] for edge in shown["matches"]["edges"]}
    assert (await _run(system, "mark_saved_search_matches_seen", role="entrance"))["seen"] == number
    assert (await _run(system, "mark_saved_search_matches_seen", role="entrance"))["seen"] == 0


async def test_a_search_of_the_demo_begins_to_stand_as_documented(system: System) -> None:
    begun = (await _run(system, "set_saved_search_standing", role="entrance"))["savedSearch"]
    assert (begun["standing"], begun["standingFault"]) == (True, None)
    ended = await _run(system, "set_saved_search_standing", "input.standing=false", role="entrance")
    assert not ended["savedSearch"]["standing"]


def test_the_command_line_runs_the_standing_searches_of_the_demo(started: None) -> None:
    for name in ("standing_searches", "mark_saved_search_matches_seen", "set_saved_search_standing"):
        answer = kith("run", name, "--json")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        (payload,) = json.loads(answer.stdout)["data"].values()
        assert not payload.get("userErrors"), payload
    ended = kith("run", "set_saved_search_standing", "-v", "input.standing=false", "--json")
    assert json.loads(ended.stdout)["data"]["setSavedSearchStanding"]["savedSearch"]["standing"] is False


def test_kith_up_gives_out_the_same_token_as_long_as_it_is_valid(started: None) -> None:
    kept = surroundings.enter().token_file
    assert kept.stat().st_mode & 0o077 == 0
    assert asyncio.run(setup.entrance_token(kept)) == _entrance()


async def test_invite_user(system: System) -> None:
    user = (await _run(system, "invite_user", role="admin"))["user"]
    assert (user["email"], user["role"], user["status"]) == (
        "robin.keller@example.org",
        "RECRUITER",
        "INVITED",
    )
    again = (await _run(system, "invite_user", "input.role=SOURCER", role="admin"))["user"]
    assert (again["id"], again["role"]) == (user["id"], "SOURCER")


async def test_create_and_rotate_token(system: System) -> None:
    made = await _run(system, "create_token", role="admin")
    assert made["secret"].startswith("kith_")
    assert made["token"]["scopes"] == ["CANDIDATES_WRITE", "JOBS_READ", "APPLICATIONS_WRITE"]
    rotated = await _run(system, "rotate_token", f"tokenId={made['token']['id']}", role="admin")
    assert rotated["token"]["id"] == made["token"]["id"]
    assert rotated["secret"] != made["secret"]
    assert rotated["token"]["previousSecretUntil"] > rotated["token"]["rotatedAt"]


async def test_the_token_of_the_demo_is_rotated_as_documented(system: System) -> None:
    secrets = {(await _run(system, "rotate_token", role="admin"))["secret"] for _ in range(2)}
    assert len(secrets) == 2


async def test_the_partner_application_of_the_demo_is_approved_as_documented(system: System) -> None:
    listed = await _run(system, "partner_applications", role="admin")
    assert "Fabrikam Jobs" in {each["name"] for each in listed["nodes"]}
    (payload,) = [await _run(system, "submit_partner_documents", role="admin")]
    assert payload["application"]["status"] in {"SUBMITTED", "APPROVED"}
    approved = await _run(system, "approve_partner_application", role="admin")
    assert approved["application"]["status"] == "APPROVED"


async def test_contact_candidates_never_writes_twice(system: System) -> None:
    first = await _run(system, "contact_candidates")
    again = await _run(system, "contact_candidates")
    assert [outcome["refusal"] for outcome in first["outcomes"]] == [None, "NO_CONSENT"]
    assert [outcome["repeated"] for outcome in again["outcomes"]] == [True, True]
    assert [o["touch"]["id"] for o in again["outcomes"]] == [o["touch"]["id"] for o in first["outcomes"]]


async def test_import_resume_becomes_a_candidate(system: System, tmp_path: Path) -> None:
    row = person(401)
    ((name, content),) = resume_files([row])
    file = tmp_path / name
    file.write_bytes(content)
    taken = await _run(system, "import_resume", f"input.file=@{file}")
    intake_id = taken["intake"]["id"]

    async def read() -> Any:
        data = await system.data(
            """query($id: ID!) { node(id: $id) { ... on Intake {
              status reason resumeLikelihood resumeSigns
              candidate { name emails records { parsedValues { ...told } parsedContacts { ...told } } }
            } } }
            fragment told on ParsedValue { field index value span { start end } }""",
            {"id": intake_id},
        )
        return data["node"] if data["node"]["status"] in {"COMPLETED", "FAILED"} else None

    settled = await eventually(read)
    assert settled["status"] == "COMPLETED", settled
    assert settled["candidate"]["emails"] == row["emails"][:1]
    assert settled["resumeLikelihood"] > 0.5
    assert "EMPLOYMENTS" in settled["resumeSigns"]
    (record,) = settled["candidate"]["records"]
    assert [told["value"] for told in record["parsedContacts"] if told["field"] == "EMAIL"] == row["emails"][
        :1
    ]
    told = {value["field"]: value for value in record["parsedValues"]}
    assert told["NAME"]["value"] == settled["candidate"]["name"]
    assert told["NAME"]["span"]["end"] - told["NAME"]["span"]["start"] == len(told["NAME"]["value"])
    assert {"EMPLOYMENT_TITLE", "EMPLOYMENT_DATES", "SKILL"} <= set(told)
    assert "EMAIL" not in told
    again = await _run(system, "import_resume", f"input.file=@{file}")
    assert again["repeated"]
    assert again["intake"]["id"] == intake_id


async def test_events_replay_in_order(system: System) -> None:
    operation = operations.read_operation("events", [])
    seen: list[Any] = []
    following = operations.follow(f"{system.url}/graphql", system.tokens["recruiter"], operation)
    async with aclosing(following):
        async for answer in following:
            assert "errors" not in answer
            seen.append(answer["data"]["events"])
            if len(seen) == 30:
                break
    numbers = [event["sequence"] for event in seen]
    assert numbers == sorted(set(numbers))
    assert {event["type"] for event in seen} <= {"JOB_CREATED", "APPLICATION_CREATED"}


def test_run_prints_a_table_and_json(started: None) -> None:
    table = kith("run", "talent_search", "-v", "text=python")
    assert table.returncode == 0, table.stderr
    assert "totalCount" in table.stdout
    raw = kith("run", "talent_search", "-v", "text=python", "--json")
    assert json.loads(raw.stdout)["data"]["talentSearch"]["edges"]


def test_run_says_what_to_mend(started: None) -> None:
    for arguments, word in (
        (("run", "nothing_such"), "there is no operation"),
        (("run", "talent_search", "-v", "text"), "path=value"),
        (("run", "import_resume", "-v", "input.file=@/nowhere"), "no file"),
    ):
        answer = kith(*arguments)
        assert answer.returncode == 1
        assert word in answer.stderr
        assert "Traceback" not in answer.stderr
