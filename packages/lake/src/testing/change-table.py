"""Changes a table by PyIceberg: change-table.py METADATA (append-first-row | delete FILTER). Prints the new location."""

import sys
import uuid

from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table import CommitTableResponse, StaticTable, Table
from pyiceberg.table.update import update_table_metadata


class PointerlessCatalog(NoopCatalog):
    """Commits by writing the next metadata file; whoever started this script keeps the pointer."""

    def commit_table(self, table, requirements, updates):
        for requirement in requirements:
            requirement.validate(table.metadata)
        metadata = update_table_metadata(table.metadata, updates)
        location = f"{metadata.location}/metadata/{uuid.uuid4()}.metadata.json"
        ToOutputFile.table_metadata(metadata, table.io.new_output(location))
        return CommitTableResponse(metadata=metadata, metadata_location=location)


location, verb, *arguments = sys.argv[1:]
static = StaticTable.from_metadata(location)
table = Table(static.name(), static.metadata, location, static.io, PointerlessCatalog("pointerless"))

if verb == "append-first-row":
    table.append(table.scan(limit=1).to_arrow())
elif verb == "delete":
    table.delete(arguments[0])
else:
    sys.exit(f"unknown verb {verb}")
print(table.metadata_location)
