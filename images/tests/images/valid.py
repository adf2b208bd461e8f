"""Says what is wrong with CycloneDX documents of version 1.6, by the schemas of the standard's makers; ends with 1 where something is.

The schemas come with cyclonedx-python-lib. Its own validation takes a quarter of a minute for a document of this size.
"""

import json
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema_rs

folder = files("cyclonedx.schema") / "_res"


def schema(name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


parts = ["spdx.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]
registry = jsonschema_rs.Registry([("http://cyclonedx.org/schema/" + name, schema(name)) for name in parts])
validator = jsonschema_rs.validator_for(schema("bom-1.6.SNAPSHOT.schema.json"), registry=registry, validate_formats=True)
faults = 0
for name in sys.argv[1:]:
    for fault in validator.iter_errors(json.loads(Path(name).read_text(encoding="utf-8"))):
        print(f"{name}: {fault.message} at {'/'.join(map(str, fault.instance_path))}")
        faults += 1
sys.exit(1 if faults else 0)
