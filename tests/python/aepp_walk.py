"""
Drives a server with the unmodified `aepp` client, pointed at another host as its users would do it: reads what the
tutorial made, then walks the tutorial once more with `aepp` alone.
"""

import json
import os
import time

import aepp
from aepp import catalog, dataaccess, dataprep, fieldgroupmanager, flowservice, sandboxes, schema, schemamanager

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
crm = json.loads(os.environ["CRM"])

SALESFORCE = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"
PROFILE = "https://ns.adobe.com/xdm/context/profile"
PERSON_DETAILS = "https://ns.adobe.com/xdm/context/profile-person-details"
PERSONAL_DETAILS = "https://ns.adobe.com/xdm/context/profile-personal-details"

flows = flowservice.FlowService()
registry = schema.Schema()
data_sets = catalog.Catalog()
mappings = dataprep.DataPrep()


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def connection_to(name, params):
    return {
        "name": name,
        "auth": {"specName": "Basic Authentication", "params": params},
        "connectionSpec": {"id": SALESFORCE, "version": "1.0"},
    }


def read_flow_service():
    check(flow_id in [flow["id"] for flow in flows.getFlows(n_results="inf")], "getFlows lists the flow")
    check(flow_id in [flow["id"] for flow in flows.getFlows(onlySources=True)], "getFlows of sources")
    check(flows.getFlows(onlyDestinations=True) == [], "getFlows of destinations")
    check(len(flows.getFlows(filterMappingSetIds=[mapping_set_id])) == 1, "getFlows by mapping set")
    check(flows.getUPSFlows() == [], "getUPSFlows")
    check(flows.getFlow(flow_id)["id"] == flow_id, "getFlow")
    runs = flows.getRuns(limit=1, prop=f"flowId=={flow_id}", n_results="inf")
    check(runs[0]["metrics"]["statusSummary"]["status"] == "success", "getRuns shows the run's status")
    check(runs[0]["createdBy"] == "tributary", "getRuns shows who had the run queued")
    check(flows.getRun(runs[0]["id"])[0]["id"] == runs[0]["id"], "getRun")
    connections = flows.getConnections(limit=1, n_results="inf")
    check(connection_id in [connection["id"] for connection in connections], "getConnections pages to the end")
    check("password" not in str(connections), "no secret comes back")
    check(flows.connectionTest(connection_id) == {"result": True}, "connectionTest")
    check(flows.getConnectionSpecsMap()["salesforce"] == SALESFORCE, "getConnectionSpecsMap")
    check(flows.getConnectionSpecIdFromName("salesforce") == SALESFORCE, "getConnectionSpecIdFromName")
    check(flows.getFlowSpecs('name=="CRMToAEP"')[0]["name"] == "CRMToAEP", "getFlowSpecs")
    check(len(flows.getSourceConnections()) > 0, "getSourceConnections")
    check(len(flows.getTargetConnections()) > 0, "getTargetConnections")
    manager = flowservice.FlowManager(flowId=flow_id)
    check(manager.flowType == "source" and manager.datasetId == dataset_id, "FlowManager")


def page_and_delete_connections():
    params = {
        "environmentUrl": "https://example.my.salesforce.com",
        "username": "a@example.com",
        "password": "b",
        "securityToken": "c",
    }
    spare = [flows.createConnection(connection_to(f"spare {n}", params)) for n in range(3)]
    listed = [connection["id"] for connection in flows.getConnections(limit=2, n_results="inf")]
    check(len(listed) == len(set(listed)) and set(c["id"] for c in spare) <= set(listed), "each connection once")
    for connection in spare:
        flows.deleteConnection(connection["id"])
    left = set(c["id"] for c in flows.getConnections(n_results="inf"))
    check(not set(c["id"] for c in spare) & left, "deleteConnection")


def read_schema_registry():
    tenant_id = registry.getTenantId()
    check(tenant_id != "", "getTenantId")
    check(registry.getStats()["counts"]["schemas"] >= 1, "getStats")
    check(schema_id in [item["$id"] for item in registry.getSchemas()], "getSchemas")
    full = registry.getSchema(schema_id, full=True)
    first_name = full["properties"]["person"]["properties"]["name"]["properties"]["firstName"]
    check(first_name["type"] == "string", "getSchema(full)")
    check(len(registry.getSchema(schema_id, full=False)["allOf"]) == 3, "getSchema(raw)")
    check(registry.getSchema(full["meta:altId"])["$id"] == schema_id, "getSchema by altId")
    check(len(registry.getBehaviors()) == 3, "getBehaviors")
    check(len(registry.getSchemasGlobal()) > 0, "getSchemasGlobal")
    check(len(registry.getClassesGlobal()) > 10, "getClassesGlobal")
    check(len(registry.getFieldGroupsGlobal()) > 300, "getFieldGroupsGlobal pages to the end")
    check(len(registry.getDataTypesGlobal()) > 10, "getDataTypesGlobal")
    check(registry.getClass(PROFILE)["$id"] == PROFILE, "getClass")
    check(registry.getFieldGroup(PERSON_DETAILS)["$id"] == PERSON_DETAILS, "getFieldGroup")


def make_schema_of_a_field_group():
    namespace = f"_{registry.getTenantId()}"
    loyalty = {"type": "object", "title": "Loyalty", "properties": {"points": {"type": "integer", "title": "Points"}}}
    fields = {namespace: {"type": "object", "properties": {"loyalty": loyalty}}}
    group = registry.createFieldGroup(
        {
            "type": "object",
            "title": "Loyalty, made by aepp",
            "meta:intendedToExtend": [PROFILE],
            "definitions": {"customFields": {"type": "object", "properties": fields}},
            "allOf": [{"$ref": "#/definitions/customFields", "type": "object"}],
        }
    )
    manager = fieldgroupmanager.FieldGroupManager(group["$id"], schemaAPI=registry)
    check(manager.searchField("points")[0]["points"]["path"] == f"{namespace}.loyalty.points", "searchField")
    manager.addField(f"{namespace}.loyalty.visits", "map", title="Visits", mapType="integer")
    manager.addField(f"{namespace}.loyalty.tier", "string", enumValues={"g": "Gold"}, enumType=True)
    check("visits" in str(manager.updateFieldGroup()), "updateFieldGroup")
    created = registry.createSchema(
        {"type": "object", "title": "Made by aepp", "allOf": [{"$ref": PROFILE}, {"$ref": group["$id"]}]}
    )
    check(created["meta:class"] == PROFILE, "createSchema")
    paths = schemamanager.SchemaManager(created["$id"], schemaAPI=registry).to_dataframe()["path"]
    check(f"{namespace}.loyalty.points" in list(paths), "SchemaManager")
    check(registry.deleteFieldGroup(group["$id"])["status"] == 409, "a field group that is used stays")
    check(registry.deleteSchema(created["$id"]) == 204, "deleteSchema")
    check(registry.deleteFieldGroup(group["$id"]) == 204, "deleteFieldGroup")


def describe_and_carry_schemas():
    details = {"$ref": PERSONAL_DETAILS}
    created = registry.createSchema(
        {"type": "object", "title": "Described by aepp", "allOf": [{"$ref": PROFILE}, details]}
    )
    made = created["$id"]
    operation = registry.createDescriptorOperation(
        made, "xdm:descriptorIdentity", "personalEmail.address", identityNSCode="Email", identityPrimary=True
    )
    identity = registry.createDescriptor(operation)
    check(identity["xdm:isPrimary"] is True and len(identity["@id"]) == 40, "createDescriptor")
    named = registry.createDescriptorOperation(
        made, "xdm:alternateDisplayInfo", "/homeAddress/city", alternateTitle="Town"
    )
    check(registry.createDescriptor(named)["xdm:title"] == {"en_us": "Town"}, "createDescriptor of a name")
    listed = registry.getDescriptors(type_desc="xdm:descriptorIdentity", prop=f"xdm:sourceSchema=={made}")
    check([one["@id"] for one in listed] == [identity["@id"]], "getDescriptors by type and schema")
    check(identity["@id"] in registry.getDescriptors(id_desc=True), "getDescriptors as ids")
    links = registry.getDescriptors(link_desc=True)
    check(f"/tenant/descriptors/{identity['@id']}" in links, "getDescriptors as links")
    check(registry.getDescriptor(identity["@id"])["xdm:namespace"] == "Email", "getDescriptor")
    moved = {**operation, "xdm:sourceProperty": "/faxPhone/number", "xdm:namespace": "Phone"}
    check(registry.putDescriptor(identity["@id"], moved) == {"@id": identity["@id"]}, "putDescriptor")
    check(len(schemamanager.SchemaManager(made, schemaAPI=registry).getDescriptors()) == 2, "SchemaManager")
    check(registry.enableSchemaForRealTime(made)["meta:immutableTags"] == ["union"], "enableSchemaForRealTime")
    union = f"{PROFILE}__union"
    check(union in [one["$id"] for one in registry.getUnions()], "getUnions")
    check("segmentMembership" in registry.getUnion(union)["properties"], "getUnion")
    check(made in [one["$id"] for one in registry.getXDMprofileSchema()["results"]], "getXDMprofileSchema")
    check(registry.deleteDescriptor(identity["@id"])["status"] == 409, "a primary identity in a union stays")
    check("@" in registry.getSchemaSample(made)["personalEmail"]["address"], "getSchemaSample")
    changes = [update["xdmType"] for entry in registry.getAuditLogs(made) for update in entry["updates"]]
    check({"schemas", "descriptors"} <= set(changes), "getAuditLogs")
    exported = registry.exportResource(made)
    check(exported[0]["title"] == "Described by aepp" and len(exported) == 3, "exportResource")
    check(registry.importResource(exported)[0]["$id"] == made, "importResource of what is there already")


def read_catalog_and_data():
    check(dataset_id in data_sets.getDataSets(), "getDataSets")
    check(data_sets.getDataSet(dataset_id)[dataset_id]["schemaRef"]["id"] == schema_id, "getDataSet")
    check(len(data_sets.getBatches(limit=5)) >= 1, "getBatches")
    last_batch = data_sets.getLastBatches(dataset_id)[dataset_id]["lastBatchId"]
    check(list(data_sets.getBatches(batch=last_batch)) == [last_batch], "getBatches by id")
    view_id = next(iter(data_sets.getDataSetViews(dataset_id)))
    check(len(data_sets.getDataSetViewFiles(dataset_id, view_id)) >= 1, "getDataSetViewFiles")
    access = dataaccess.DataAccess()
    file_id = access.getBatchFiles(last_batch)[0]["dataSetFileId"]
    name = access.getFiles(file_id)["data"][0]["name"]
    check(access.getFiles(file_id, name).read(4) == b"PAR1", "getFiles downloads Parquet")
    check(access.getBatchFailed(last_batch) == [], "getBatchFailed")
    check("person" in access.getPreview(dataset_id)[0], "getPreview")
    check(access.getHeadFile(file_id, name) == {}, "getHeadFile, which this client answers so when all is well")
    check(access.getBatchMeta(last_batch)["data"] == [], "getBatchMeta")
    infos = data_sets.getDatasetsInfos()
    landed = infos[infos["id"] == dataset_id].iloc[0]
    check(landed["datalake_rows"] > 0 and landed["dataBehavior"] == "record", "getDatasetsInfos")
    observed = catalog.ObservableSchemaManager(data_sets.getDataSetObservableSchema(dataset_id))
    check("person.name.lastName" in list(observed.to_dataframe()["path"]), "getDataSetObservableSchema")
    check("dataSet" in data_sets.getResources(), "getResources")


def manage_data_sets():
    made = data_sets.createDataSet(
        name="Managed by aepp", schemaId=schema_id, profileEnabled=True, identityEnabled=True, tags={"team": ["crm"]}
    )
    managed = made[0].split("/")[-1]
    tags = lambda: data_sets.getDataSet(managed)[managed]["tags"]
    check(tags()["unifiedIdentity"] == ["enabled:true"] and tags()["team"] == ["crm"], "createDataSet")
    data_sets.enableDatasetUpsert(managed)
    check(tags()["unifiedProfile"] == ["enabled:true", "isUpsert:true"], "enableDatasetUpsert")
    data_sets.disableDatasetProfile(managed)
    data_sets.disableDatasetIdentity(managed)
    data_sets.disableDatasetValidationContext(managed)
    check(tags()["unifiedProfile"] == tags()["unifiedIdentity"] == ["enabled:false"], "disableDatasetProfile")
    check(tags()["acp_validationContext"] == ["disabled"], "disableDatasetValidationContext")
    check(data_sets.patchDataset(managed, {"description": "patched"}) == made, "patchDataset")
    check(data_sets.patchDatasetV2(managed, {"tags": {"team": ["web"]}}) == made, "patchDatasetV2")
    check(data_sets.getDataSet(managed)[managed]["description"] == "patched" and tags()["team"] == ["web"], "patches")
    check(data_sets.putDataset(managed, {"name": "Put by aepp"}) == made, "putDataset")
    check(list(data_sets.getDataSets(name="Put by aepp")) == [managed], "getDataSets by name")
    batch = data_sets.createBatch({"status": "loading", "relatedObjects": [{"type": "dataSet", "id": managed}]})
    batch_id = batch[0].split("/")[-1]
    check(data_sets.getBatch(batch_id)[batch_id]["status"] == "loading", "createBatch")
    check(list(data_sets.getBatches(dataSet=managed, n_results="inf")) == [batch_id], "getBatches of a dataset")
    check(data_sets.findActiveBatch(batch_id) == batch_id, "findActiveBatch")
    check(len(data_sets.getFailedBatchesDF()) == 0, "getFailedBatchesDF")
    limits = data_sets.getDataSetExpiration(managed)["extensions"]["adobe_lakeHouse"]["rowExpiration"]
    check(limits["minValue"] == "P30D", "getDataSetExpiration")
    data_sets.deleteDataSet(managed)
    check(data_sets.getDataSet(managed)["status"] == 404, "deleteDataSet")


def try_mappings():
    check(mapping_set_id in [item["id"] for item in mappings.getMappingSets()], "getMappingSets")
    check(mappings.getMappingSet(mapping_set_id)["id"] == mapping_set_id, "getMappingSet")
    check(len(mappings.getMappingSetMappings(mapping_set_id)) == 3, "getMappingSetMappings")
    mapping_set = {
        "outputSchema": {"schemaRef": {"id": schema_id, "contentType": "application/vnd.adobe.xed-full+json;version=1"}},
        "mappings": [{"sourceType": "ATTRIBUTE", "source": "first", "destination": "person.name.firstName"}],
    }
    previewed = mappings.previewDataOutput({"first": "Ada"}, mapping_set)
    check(previewed[0]["data"] == {"person": {"name": {"firstName": "Ada"}}}, "previewDataOutput")
    check(len(mappings.getMappingSetFunctions()) > 10, "getMappingSetFunctions")
    check(len(mappings.getMappingSetOperators()) > 10, "getMappingSetOperators")
    check(mappings.validateExpression("lower(a)")["validationStatus"] == "succeeded", "validateExpression")
    sample = json.dumps({"a": "x"})
    check(mappings.validateExpression("lower(a)", sampleData=sample)["validationStatus"] == "succeeded", "of a sample")
    check(mappings.validateExpression("lower(b)", sampleData=sample)["validationStatus"] == "failed", "of no sample")
    suggested = mappings.getMappingSuggestions(dataSetId=dataset_id)["mappings"]
    check("person.name.firstName" in [rule["destination"] for rule in suggested], "getMappingSuggestions")
    everything = mappings.getMappingSuggestions(dataSetId=dataset_id, excludeUnmapped=False)["mappings"]
    check(len(everything) >= len(suggested), "getMappingSuggestions with what is not mapped")
    check(mappings.getXDMBatchConversions(dataSetId=dataset_id)["status"] == 404, "getXDMBatchConversions")


def change_mappings():
    rule = {"sourceType": "ATTRIBUTE", "source": "first", "destination": "person.name.firstName"}
    made = mappings.createMappingSet(schemaId=schema_id, mappingList=[rule], validate=True)
    set_id = made["id"]
    listed = mappings.getMappingSets(limit=1, prop=f"xdmSchema=={schema_id}", expand_schema=True)
    check("person" in listed[0]["outputSchema"]["jsonSchema"]["properties"], "getMappingSets with the whole schema")
    check(mappings.getMappingSets(prop="status==DRAFT") == [], "getMappingSets by status")
    last = {"sourceType": "EXPRESSION", "source": "upper(last)", "destination": "person.name.lastName"}
    added = mappings.createMappingSetMapping(set_id, last)
    check(mappings.getMappingSetMapping(set_id, added["id"])["source"] == "upper(last)", "createMappingSetMapping")
    changed = mappings.updateMappingSetMapping(set_id, added["id"], {**last, "source": "lower(last)"})
    check(changed["source"] == "lower(last)", "updateMappingSetMapping")
    check(mappings.deleteMappingSetMapping(set_id, added["id"]) == 204, "deleteMappingSetMapping")
    check(len(mappings.getMappingSetMappings(set_id)) == 1, "the mapping is gone")
    rules = mappings.copyMappingRules(mappings.getMappingSet(set_id), tenantId=registry.getTenantId())
    check(mappings.updateMappingSet(set_id, mappingRules=rules)["version"] == 5, "updateMappingSet makes a version")
    check(mappings.getMappingSet(set_id, mappingRulesOnly=True)[0]["source"] == "first", "getMappingSet of rules only")
    check(mappings.deleteMappingSet(mapping_set_id)["status"] == 409, "a mapping set that a flow uses stays")
    check(mappings.deleteMappingSet(set_id) == 204, "deleteMappingSet")


def walk_the_tutorial():
    login = {name: crm[name] for name in ("environmentUrl", "username", "password", "securityToken")}
    base = flows.createConnection(connection_to("The CRM, by aepp", login))["id"]
    source = flows.createSourceConnection(
        {
            "name": "Leads",
            "baseConnectionId": base,
            "data": {"format": "tabular"},
            "params": {
                "tableName": "Lead",
                "columns": [{"name": name, "type": "string"} for name in ("FirstName", "LastName", "Email")],
            },
            "connectionSpec": {"id": SALESFORCE, "version": "1.0"},
        }
    )["id"]
    leads = registry.createProfileSchema(name="Leads, by aepp", mixinIds=[PERSON_DETAILS, PERSONAL_DETAILS])["$id"]
    dataset = data_sets.createDataSet(name="Leads, by aepp", schemaId=leads)[0].split("/")[-1]
    target = flows.createTargetConnectionDataLake(name="Leads", datasetId=dataset, schemaId=leads)["id"]
    rules = [
        {"sourceType": "ATTRIBUTE", "source": "LastName", "destination": "person.name.lastName"},
        {"sourceType": "EXPRESSION", "source": "lower(Email)", "destination": "personalEmail.address"},
    ]
    mapping_set = mappings.createMappingSet(schemaId=leads, mappingList=rules, validate=True)["id"]
    flow = flows.createFlow(
        flow_spec_id=flows.getFlowSpecIdFromNames("CRMToAEP"),
        name="Leads, by aepp",
        source_connection_id=source,
        target_connection_id=target,
        schedule_start_time=str(int(time.time())),
        transformation_mapping_id=mapping_set,
        transformation_name="Mapping",
    )["id"]
    run = ended_run(flow)
    check(run["metrics"]["statusSummary"]["status"] == "success", f"the run lands the leads: {run}")
    check("lastName" in dataaccess.DataAccess().getPreview(dataset)[0]["person"]["name"], "the rows are there")

    flows.updateFlow(flow, flows.getFlow(flow)["etag"], [{"op": "Replace", "path": "/name", "value": "Renamed"}])
    check(flows.getFlow(flow)["name"] == "Renamed", "updateFlow")
    flows.postFlowAction(flow, "disable")
    check(flows.getFlow(flow)["state"] == "disabled", "postFlowAction")
    check(flows.deleteFlow(flow) == 204, "deleteFlow")
    check(flows.deleteTargetConnection(target) == 204, "deleteTargetConnection")
    check(flows.deleteSourceConnection(source) == 204, "deleteSourceConnection")
    check(flows.deleteConnection(base) == 204, "deleteConnection")


def ended_run(flow):
    """The flow's newest run, once it has ended."""
    for _ in range(900):
        runs = flows.getRuns(prop=f"flowId=={flow}")
        if runs and "completedAtUTC" in runs[0]["metrics"]["durationSummary"]:
            return runs[0]
        time.sleep(0.1)
    raise AssertionError(f"no run of {flow} has ended")


def manage_sandboxes():
    manager = sandboxes.Sandboxes()
    check("prod" in [sandbox["name"] for sandbox in manager.getSandboxes()], "getSandboxes")
    check([kind["id"] for kind in manager.getSandboxTypes()] == ["production", "development"], "getSandboxTypes")
    created = manager.createSandbox("made-by-aepp", "Made by aepp")
    check(created["state"] == "creating" and created["type"] == "development", "createSandbox")
    check(manager.getSandboxId("made-by-aepp") == created["id"], "getSandboxId")
    check(manager.updateSandbox("made-by-aepp", {"title": "Renamed"})["title"] == "Renamed", "updateSandbox")
    check(manager.resetSandbox("made-by-aepp")["state"] == "resetting", "resetSandbox")
    check(state_reached(manager, "made-by-aepp", "active")["title"] == "Renamed", "the sandbox opens after the reset")
    check(manager.deleteSandbox("made-by-aepp") == 202, "deleteSandbox")
    check(state_reached(manager, "made-by-aepp", "deleted")["eTag"] > 1, "a deleted sandbox can be looked up")


def state_reached(manager, name, state):
    """The sandbox, once it has the state."""
    for _ in range(900):
        sandbox = manager.getSandbox(name)
        if sandbox["state"] == state:
            return sandbox
        time.sleep(0.1)
    raise AssertionError(f"{name} is not {state}")


def carry_a_package():
    manager = sandboxes.Sandboxes()
    manager.createSandbox("package-target", "For a package")
    artifacts = [{"id": schema_id, "type": "REGISTRY_SCHEMA"}]
    package = manager.createPackage(name="Carried by aepp", artifacts=artifacts)
    check(package["status"] == "DRAFT", "createPackage")
    added = manager.updatePackage(
        package["id"], operation="ADD", artifacts=[{"id": dataset_id, "type": "CATALOG_DATASET"}]
    )
    check(len(added["artifactsList"]) == 2, "updatePackage")
    check(manager.publishPackage(package["id"])["type"] == "PARTIAL", "publishPackage")
    check(manager.getPackage(package["id"])["status"] == "PUBLISHED", "getPackage")
    listed = manager.getPackages(prop=["status==PUBLISHED"])
    check(package["id"] in [one["id"] for one in listed], "getPackages")
    parents = manager.getPackageDependencies(package["id"])
    check([one["type"] for one in parents] == ["REGISTRY_SCHEMA", "CATALOG_DATASET"], "getPackageDependencies")
    check(manager.importPackageCheck(package["id"], "package-target") == [], "importPackageCheck")
    job = manager.importPackage(package["id"], "package-target")
    check(job["destinationSandbox"]["name"] == "package-target", "importPackage")
    jobs = manager.getImportExportJobs(importsOnly=True)["data"]
    check(jobs[0]["jobStatus"] == "SUCCESS" and jobs[0]["id"] == job["jobId"], "getImportExportJobs")
    check(len(manager.importPackageCheck(package["id"], "package-target")) == 2, "names that are taken are told")
    check(manager.deletePackage(package["id"]) == 200, "deletePackage")


read_flow_service()
page_and_delete_connections()
read_schema_registry()
make_schema_of_a_field_group()
describe_and_carry_schemas()
read_catalog_and_data()
manage_data_sets()
try_mappings()
change_mappings()
walk_the_tutorial()
manage_sandboxes()
carry_a_package()

print("all of it answered as the platform does")
