"""
Drives a Salesforce org that is emulated with the unmodified `simple-salesforce` client. That client knows no other hosts than
salesforce.com's, so its requests are sent elsewhere on the way; nothing else of it is touched.
"""

import csv
import json
import os
import tempfile
from datetime import datetime, timedelta, timezone

from requests import Session
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
)

org = json.loads(os.environ["ORG"])
url = org["url"]


class Elsewhere(HTTPAdapter):
    """Sends what is meant for salesforce.com to the emulator."""

    def send(self, request, **options):
        path = request.url.split("/", 3)[3]
        request.url = f"{url}/{path}"
        return super().send(request, **options)


def session():
    made = Session()
    made.mount("https://", Elsewhere())
    return made


def control(call, body=None, method="POST"):
    response = Session().request(method, f"{url}/__emulator/{call}", json=body)
    response.raise_for_status()
    return response.json()


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(error, call, message):
    try:
        call()
    except error as refusal:
        check(message in str(refusal), f"'{message}' in: {refusal}")
        return
    raise AssertionError(f"nothing was refused with '{message}'")


def login(**credentials):
    return Salesforce(version="60.0", session=session(), **credentials)


def by_password(password=org["password"]):
    return login(username=org["username"], password=password, security_token=org["securityToken"])


def log_in():
    check(by_password().query("SELECT Id FROM Account LIMIT 1")["totalSize"] == 1, "SOAP login")
    refused(SalesforceAuthenticationFailed, lambda: by_password("wrong"), "INVALID_LOGIN")
    app = {"consumer_key": org["clientId"], "consumer_secret": org["clientSecret"]}
    check(login(domain="acme.my", **app).limits()["DailyApiRequests"]["Max"] > 0, "client credentials")
    both = org["password"] + org["securityToken"]
    check(login(username=org["username"], password=both, **app).session_id != "", "user name and password")
    by_key = {"username": org["username"], "consumer_key": org["clientId"], "privatekey": org["privateKey"]}
    check(len(login(**by_key).describe()["sobjects"]) > 5, "JWT bearer")
    refused(SalesforceAuthenticationFailed, lambda: login(**{**by_key, "username": "x@example.com"}), "approved")


def describe(crm):
    check("Contact" in [entry["name"] for entry in crm.describe()["sobjects"]], "describe global")
    fields = {field["name"]: field for field in crm.Contact.describe()["fields"]}
    check(fields["LifetimeValue__c"]["type"] == "currency", "describe")
    check(fields["MailingCity"]["compoundFieldName"] == "MailingAddress", "parts of a compound field")


def query(crm):
    pages = crm.query("SELECT Id, Name, CreatedDate FROM Contact ORDER BY Id")
    check(pages["totalSize"] == 2500 and not pages["done"], "query")
    rows = list(crm.query_all_iter("SELECT Id FROM Contact"))
    check(len({row["Id"] for row in rows}) == 2500, "query_all_iter reads every page")
    record = crm.Contact.get(rows[0]["Id"])
    check(record["attributes"]["type"] == "Contact" and record["LastName"], "get")
    check(crm.api_usage["api-usage"].used > 0, "the usage of the day")
    refused(SalesforceMalformedRequest, lambda: crm.query("SELECT Nope FROM Contact"), "INVALID_FIELD")


def follow_changes(crm):
    start, end = (datetime.now(timezone.utc) + timedelta(minutes=minutes) for minutes in (-2, 2))
    changed = control("mutate", {"object": "Contact", "update": 3, "delete": 2})
    check(crm.Contact.updated(start, end)["ids"] == changed["updated"], "updated")
    deleted = [record["id"] for record in crm.Contact.deleted(start, end)["deletedRecords"]]
    check(deleted == changed["deleted"], "deleted")
    gone = crm.query_all("SELECT Id FROM Contact WHERE IsDeleted = true", include_deleted=True)
    check([record["Id"] for record in gone["records"]] == changed["deleted"], "query_all with deleted")


def query_in_bulk(crm):
    soql = "SELECT Id, LastName, Description, LifetimeValue__c FROM Contact"
    expected = [record["Id"] for record in crm.query_all(soql)["records"]]
    ids = []
    for text in crm.bulk2.Contact.query(soql, max_records=700, wait=0):
        ids += [row["Id"] for row in csv.DictReader(text.splitlines(keepends=True))]
    check(ids == expected, "bulk2 query")
    with tempfile.TemporaryDirectory() as folder:
        files = crm.bulk2.Contact.download(soql, folder, max_records=1000, wait=0)
        check([file["number_of_records"] for file in files] == [1000, 1000, len(expected) - 2000], "bulk2 download")
        rows = []
        for file in files:
            with open(file["file"], encoding="utf-8", newline="") as stream:
                rows += list(csv.DictReader(stream))
    check([row["Id"] for row in rows] == expected, "bulk2 download, row by row")
    everything = "".join(crm.bulk2.Contact.query_all("SELECT Id FROM Contact WHERE IsDeleted = true", wait=0))
    check(len(everything.splitlines()) == 3, "bulk2 query_all")
    compound = lambda: list(crm.bulk2.Contact.query("SELECT MailingAddress FROM Contact", wait=0))
    refused(SalesforceMalformedRequest, compound, "Selecting compound data not supported in Bulk Query")


def outlive_the_session(crm):
    control("sessions", method="DELETE")
    refreshed = crm.query("SELECT Id FROM Account LIMIT 1")
    check(refreshed["totalSize"] == 1, "the client logs in again")
    direct = login(session_id="ended", instance_url="https://acme.my.salesforce.com")
    refused(SalesforceExpiredSession, lambda: direct.query("SELECT Id FROM Account"), "INVALID_SESSION_ID")


log_in()
described = by_password()
describe(described)
query(described)
follow_changes(described)
query_in_bulk(described)
outlive_the_session(described)

print("all of it answered as Salesforce does")
