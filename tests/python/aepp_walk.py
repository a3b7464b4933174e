"""Drives a server with the unmodified `aepp` client, pointed at another host as its users would do it."""

import os

import aepp
from aepp import catalog, dataprep, flowservice, sandboxes, schema

url = os.environ["TRIBUTARY_URL"]
aepp.configure(
    org_id=os.environ["TRIBUTARY_ORG_ID"],
    client_id=os.environ["TRIBUTARY_CLIENT_ID"],
    secret=os.environ["TRIBUTARY_CLIENT_SECRET"],
    scopes="openid,AdobeID",
    sandbox="prod",
    retry=0,
)
aepp.config.endpoints["global"] = url
aepp.config.config_object["oauthTokenEndpointV2"] = f"{url}/ims/token/v3"

flow_id = os.environ["FLOW_ID"]
schema_id = os.environ["SCHEMA_ID"]
dataset_id = os.environ["DATASET_ID"]
mapping_set_id = os.environ["MAPPING_SET_ID"]
connection_id = os.environ["CONNECTION_ID"]


def check(condition, what):
    if not condition:
        raise AssertionError(what)


flows = flowservice.FlowService()
check(flow_id in [flow["id"] for flow in flows.getFlows(n_results="inf")], "getFlows lists the flow")
check(flows.getFlow(flow_id)["id"] == flow_id, "getFlow")
runs = flows.getRuns(limit=1, prop=f"flowId=={flow_id}", n_results="inf")
check(runs[0]["metrics"]["statusSummary"]["status"] == "success", "getRuns shows the run's status")
check(flows.getRun(runs[0]["id"])[0]["id"] == runs[0]["id"], "getRun")
connections = flows.getConnections(limit=1, n_results="inf")
check(connection_id in [connection["id"] for connection in connections], "getConnections pages to the end")
check("password" not in str(connections), "no secret comes back")
check(flows.connectionTest(connection_id) is not None, "connectionTest")
specs = flows.getConnectionSpecsMap()
check("cfc0fee1-7dc0-40ef-b73e-d8b134c436f5" in specs.values() or "salesforce" in str(specs).lower(), "getConnectionSpecsMap")
check(flows.getFlowSpecs('name=="CRMToAEP"')[0]["name"] == "CRMToAEP", "getFlowSpecs")
check(len(flows.getSourceConnections()) > 0, "getSourceConnections")
check(len(flows.getTargetConnections()) > 0, "getTargetConnections")

spare = [
    flows.createConnection(
        {
            "name": f"spare {n}",
            "auth": {
                "specName": "Basic Authentication",
                "params": {
                    "environmentUrl": "https://example.my.salesforce.com",
                    "username": "a@example.com",
                    "password": "b",
                    "securityToken": "c",
                },
            },
            "connectionSpec": {"id": "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5", "version": "1.0"},
        }
    )
    for n in range(3)
]
listed = [connection["id"] for connection in flows.getConnections(limit=2, n_results="inf")]
check(len(listed) == len(set(listed)) and set(c["id"] for c in spare) <= set(listed), "paging shows each connection once")
for connection in spare:
    flows.deleteConnection(connection["id"])
check(not set(c["id"] for c in spare) & set(c["id"] for c in flows.getConnections(n_results="inf")), "deleteConnection")

registry = schema.Schema()
check(registry.getTenantId() != "", "getTenantId")
check(schema_id in [item["$id"] for item in registry.getSchemas()], "getSchemas")
full = registry.getSchema(schema_id, full=True)
check(full["properties"]["person"]["properties"]["name"]["properties"]["firstName"]["type"] == "string", "getSchema(full)")
raw = registry.getSchema(schema_id, full=False)
check(len(raw["allOf"]) == 3, "getSchema(raw)")
check(len(registry.getBehaviors()) == 3, "getBehaviors")
check(len(registry.getClassesGlobal()) > 10, "getClassesGlobal")
created = registry.createSchema(
    {
        "type": "object",
        "title": "Made by aepp",
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}],
    }
)
check(created["meta:class"] == "https://ns.adobe.com/xdm/context/profile", "createSchema")
registry.deleteSchema(created["$id"])

data_sets = catalog.Catalog()
check(dataset_id in data_sets.getDataSets(), "getDataSets")
check(data_sets.getDataSet(dataset_id)[dataset_id]["schemaRef"]["id"] == schema_id, "getDataSet")
check(len(data_sets.getBatches(limit=5)) >= 1, "getBatches")

mappings = dataprep.DataPrep()
check(mapping_set_id in [item["id"] for item in mappings.getMappingSets()], "getMappingSets")
check(mappings.getMappingSet(mapping_set_id)["id"] == mapping_set_id, "getMappingSet")

check("prod" in [sandbox["name"] for sandbox in sandboxes.Sandboxes().getSandboxes()], "getSandboxes")

print("all of it answered as the platform does")
