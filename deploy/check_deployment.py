"""
Holds the files of this folder to what they are for: the chart passes Helm's linter, what it renders fits Kubernetes' own
schemas, and the compose file fits the schema of the Compose specification. Prints what is wrong, and exits with 1 then.
"""

import pathlib
import subprocess
import sys

import helm_python as helm
import kubernetes_validate
import yaml

FOLDER = pathlib.Path(__file__).parent
CHART = FOLDER / "helm" / "tributary"
# The oldest that the chart admits, and a recent one.
KUBERNETES_VERSIONS = ["1.27", "1.35"]
BUCKET_ALONE = "a bucket alone"
VARIANTS = {
    "a shared volume": {},
    BUCKET_ALONE: {"lake": {"uri": "s3://lake/prefix"}},
    "a bucket, autoscaling and an existing claim": {
        "lake": {"uri": "s3://lake/prefix", "region": "eu-central-1", "endpoint": "https://s3.example"},
        "shared": {"existingClaim": "files"},
        "worker": {"autoscaling": {"enabled": True}},
        "settings": {"TRIBUTARY_SETTLE_SECONDS": 900},
        "imagePullSecrets": [{"name": "registry"}],
        "nodeSelector": {"disk": "fast"},
    },
}

# Of what the linter finds; below it are hints, such as that there is no icon.
WARNING = 2

problems = []


def check_chart():
    for finding in helm.lint(str(CHART), strict=True)["messages"]:
        if finding["severity"] >= WARNING:
            problems.append(f"lint: {finding['path']}: {finding['error']}")
    with helm.Chart.load(str(CHART)) as chart:
        for name, values in VARIANTS.items():
            for template, text in chart.render(values, name="proof", namespace="tributary").items():
                if template.endswith(".txt"):
                    continue
                for manifest in filter(None, yaml.safe_load_all(text)):
                    check_manifest(f"{name}, {template}", manifest)
                if name == BUCKET_ALONE and ("shared" in text or "PersistentVolume" in text):
                    problems.append(f"{name}, {template}: there is a volume that nobody needs")


def check_manifest(where, manifest):
    for version in KUBERNETES_VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{where}, Kubernetes {version}: {error}")


def check_compose():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, str(FOLDER / "compose.yaml")], capture_output=True, text=True)
    if checked.returncode != 0:
        problems.append(f"compose.yaml: {checked.stdout}{checked.stderr}")


check_chart()
check_compose()
print("\n".join(problems) or "deployment files are sound")
sys.exit(1 if problems else 0)
