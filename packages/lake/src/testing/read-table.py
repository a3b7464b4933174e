"""Prints what PyIceberg finds in a table, as one JSON object: read-table.py METADATA [FILTER...]"""

import json
import sys

from pyiceberg.conversions import from_bytes
from pyiceberg.table import StaticTable

location, *filters = sys.argv[1:]
table = StaticTable.from_metadata(location)
schema = table.schema()


def bounds(raw):
    return {schema.find_column_name(i): str(from_bytes(schema.find_type(i), value)) for i, value in (raw or {}).items()}


def planned(row_filter):
    scan = table.scan(row_filter=row_filter) if row_filter else table.scan()
    files = [task.file.file_path for task in scan.plan_files()]
    return {"files": sorted(files), "rows": scan.count(), "read": scan.to_arrow().num_rows}


files = [task.file for task in table.scan().plan_files()]
snapshot = table.current_snapshot()
print(
    json.dumps(
        {
            "schema": str(schema),
            "schemaJson": json.loads(schema.model_dump_json()),
            "snapshotId": str(snapshot.snapshot_id),
            "summary": {"operation": snapshot.summary.operation.value, **snapshot.summary.additional_properties},
            "manifests": len(snapshot.manifests(table.io)),
            "rows": table.scan().to_arrow().sort_by("_id").to_pylist(),
            "metrics": {
                file.file_path: {
                    "recordCount": file.record_count,
                    "nullCounts": {schema.find_column_name(i): n for i, n in file.null_value_counts.items()},
                    "valueCounts": {schema.find_column_name(i): n for i, n in file.value_counts.items()},
                    "lower": bounds(file.lower_bounds),
                    "upper": bounds(file.upper_bounds),
                }
                for file in files
            },
            "scans": {row_filter: planned(row_filter) for row_filter in filters},
            "history": [str(entry.snapshot_id) for entry in table.history()],
            "previousMetadata": [entry.metadata_file for entry in table.metadata.metadata_log],
        },
        default=str,
    )
)
