#!/usr/bin/env python3
"""A small tool for a CRO's staff: what waits for us, hand a file in, answer a finding.

    cro.py waiting                          what waits for our side, soonest first
    cro.py hand-in DELIVERABLE FILE         enter FILE as a document, send it, hand it in
    cro.py answer FINDING CAUSE CORRECTION  acknowledge a finding where it is to be, and answer it

Where and as whom: API_URL (default http://127.0.0.1:8080) and API_TOKEN, a bearer token.
"""

import argparse
import datetime
import hashlib
import mimetypes
import os
import pathlib
import sys
import uuid

import requests
from gql import Client, gql
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.requests import RequestsHTTPTransport

WAITING = gql("""
{ viewer { organization { name } workQueue(side: MINE, first: 50) { totalCount
  items { reason dueDate daysLate node { __typename id ... on Deliverable { title } ... on Finding { title } ... on Issue { title } } } } } }
""")

DELIVERABLE = gql("""
query ($id: ID!) { deliverable(id: $id) { id version title state tmfArtifact study { id } engagement { id }
  allowedTransitions { action enabled blockers { message } } } }
""")

FINDING = gql("""
query ($id: ID!) { finding(id: $id) { id version title severity state allowedTransitions { action enabled blockers { message } } } }
""")

DOCUMENT_CREATE = gql("""
mutation ($input: DocumentCreateInput!) { documentCreate(input: $input) { document { id } userErrors { code message field } } }
""")

PREPARE = gql("""
mutation ($input: DeliverablePrepareInput!) {
  deliverablePrepare(input: $input) { deliverable { version } userErrors { code message field } } }
""")

SUBMIT = gql("""
mutation ($input: DeliverableSubmitInput!) {
  deliverableSubmit(input: $input) {
    deliverable { title state ballInCourt currentSubmission { number documentHash } } userErrors { code message field } } }
""")

ACKNOWLEDGE = gql("""
mutation ($input: FindingAcknowledgeInput!) {
  findingAcknowledge(input: $input) { finding { version } userErrors { code message field } } }
""")

RESPOND = gql("""
mutation ($input: FindingRespondInput!) {
  findingRespond(input: $input) { finding { title state ballInCourt } userErrors { code message field } } }
""")


class Refused(Exception):
    """What the service said, in words for whoever sits before this."""


class Tandem:
    """The service, as the holder of one token sees it."""

    def __init__(self, url, token):
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, document, variables=None):
        return self._send(document, variables, {})

    def change(self, document, given):
        """Carries one mutation out. Its key makes a repeat harmless when the answer is lost on the way."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        try:
            answer = self._send(document, {"input": given}, headers)
        except requests.ConnectionError:
            answer = self._send(document, {"input": given}, headers)
        (payload,) = answer.values()
        if payload["userErrors"]:
            raise Refused("; ".join(f"{error['code']}: {error['message']}" for error in payload["userErrors"]))
        (record,) = [value for name, value in payload.items() if name != "userErrors"]
        return record

    def send(self, document_id, path, media_type):
        with path.open("rb") as content:
            headers = {**self.headers, "Content-Type": media_type}
            answer = requests.put(f"{self.url}/files/{document_id}", data=content, headers=headers, timeout=600)
        if not answer.ok:
            raise Refused(answer.json()["errors"][0]["message"])

    def _send(self, document, variables, headers):
        transport = RequestsHTTPTransport(url=f"{self.url}/graphql", headers={**self.headers, **headers}, timeout=30)
        # A client, and so a connection, for each request: this is a command that ends.
        with Client(transport=transport) as session:
            document.variable_values = variables or {}
            try:
                return session.execute(document)
            except TransportQueryError as error:
                raise Refused("; ".join(one["message"] for one in error.errors or [])) from error


def found(record, what):
    if record is None:
        raise Refused(f"There is no {what} with this id, or you may not see it.")
    return record


def enabled(record, action):
    return any(step["action"] == action and step["enabled"] for step in record["allowedTransitions"])


def hindered(record, action):
    steps = [step for step in record["allowedTransitions"] if step["action"] == action]
    words = [blocker["message"] for step in steps for blocker in step["blockers"]]
    return Refused(" ".join(words) or f"In {record['state']} it has no step {action}.")


def waiting(tandem, _):
    viewer = tandem.ask(WAITING)["viewer"]
    queue = viewer["workQueue"]
    print(f"{viewer['organization']['name']}: {queue['totalCount']} wait for us")
    for item in queue["items"]:
        node = item["node"]
        late = f"{item['daysLate']} days late" if item["daysLate"] else ""
        print(f"  {item['dueDate'] or '':10}  {late:14}  {node['id']}  {node.get('title') or node['__typename']}: {item['reason']}")


def hand_in(tandem, given):
    path = pathlib.Path(given.file)
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    deliverable = found(tandem.ask(DELIVERABLE, {"id": given.deliverable})["deliverable"], "deliverable")
    version = deliverable["version"]
    if enabled(deliverable, "PREPARE"):
        version = tandem.change(PREPARE, {"id": deliverable["id"], "expectedVersion": version})["version"]
    elif not enabled(deliverable, "SUBMIT"):
        raise hindered(deliverable, "SUBMIT")
    document = tandem.change(DOCUMENT_CREATE, {
        "studyId": deliverable["study"]["id"],
        "engagementId": deliverable["engagement"]["id"],
        "tmfArtifact": deliverable["tmfArtifact"] or "01.01.01",
        "title": deliverable["title"],
        "versionLabel": datetime.date.today().isoformat(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "mediaType": media_type,
    })
    tandem.send(document["id"], path, media_type)
    handed = tandem.change(SUBMIT, {"id": deliverable["id"], "expectedVersion": version, "documentId": document["id"]})
    number, state, ball = handed["currentSubmission"]["number"], handed["state"], handed["ballInCourt"]
    print(f"{handed['title']}: handed in as number {number}, {state}; it is the {ball.lower()}'s turn")


def answer(tandem, given):
    finding = found(tandem.ask(FINDING, {"id": given.finding})["finding"], "finding")
    version = finding["version"]
    if enabled(finding, "ACKNOWLEDGE"):
        version = tandem.change(ACKNOWLEDGE, {"id": finding["id"], "expectedVersion": version})["version"]
    elif not enabled(finding, "RESPOND"):
        raise hindered(finding, "RESPOND")
    answered = tandem.change(RESPOND, {
        "id": finding["id"],
        "expectedVersion": version,
        "rootCauseMethod": "FIVE_WHYS",
        "rootCauseCategory": "PROCESS",
        "rootCause": given.cause,
        "correction": given.correction,
    })
    print(f"{answered['title']}: {answered['state']}; it is the {answered['ballInCourt'].lower()}'s turn")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("waiting").set_defaults(run=waiting)
    handing = commands.add_parser("hand-in")
    handing.add_argument("deliverable")
    handing.add_argument("file")
    handing.set_defaults(run=hand_in)
    answering = commands.add_parser("answer")
    answering.add_argument("finding")
    answering.add_argument("cause")
    answering.add_argument("correction")
    answering.set_defaults(run=answer)
    given = parser.parse_args()
    token = os.environ.get("API_TOKEN")
    if not token:
        sys.exit("Set API_TOKEN to a bearer token, such as tandem token --as EMAIL prints.")
    try:
        given.run(Tandem(os.environ.get("API_URL", "http://127.0.0.1:8080"), token), given)
    except (Refused, TransportError, requests.RequestException, OSError) as error:
        sys.exit(f"{given.command}: {error}")


if __name__ == "__main__":
    main()
