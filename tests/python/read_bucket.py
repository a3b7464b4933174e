"""Prints the rows that PyIceberg finds in a table in a bucket, as JSON: read_bucket.py METADATA COLUMN...

The service and its key are those of AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
"""

import json
import os
import sys

from pyiceberg.table import StaticTable

location, *columns = sys.argv[1:]
table = StaticTable.from_metadata(
    location,
    properties={
        "s3.endpoint": os.environ["AWS_ENDPOINT_URL_S3"],
        "s3.access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "s3.region": "us-east-1",
    },
)
print(json.dumps(table.scan(selected_fields=tuple(columns)).to_arrow().to_pylist(), default=str))
