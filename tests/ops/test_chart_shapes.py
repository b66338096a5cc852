"""Every shape of helm/ci: both Helms, the schemas of three Kubernetes, the CRDs, and checkov."""

import json
import subprocess
from collections import Counter

import kubernetes_validate
import pytest
from cloudcoil.models.keda.v1alpha1 import ScaledObject, TriggerAuthentication
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule, ServiceMonitor

from tests.ops.charts import CHART, SHAPES, TOOLS, documents_of, helm, shape, text_of

CRDS = {one.__name__: one for one in (ScaledObject, TriggerAuthentication, PodMonitor, PrometheusRule, ServiceMonitor)}
NO_MODEL = {"ExternalSecret"}
"""Compared as a whole in test_chart_promises.py instead."""
KUBERNETES = ("1.27.0", "1.31.0", "1.37.0")


@pytest.mark.parametrize("binary", ["helm", "helm3"])
def test_lint_has_nothing_to_say(binary):
    said = [
        helm("lint", "--strict", CHART, *values, binary=binary)
        for values in ([], *(["-f", shape(one)] for one in SHAPES))
    ]

    assert [one.stdout for one in said if one.returncode] == []


@pytest.mark.parametrize("name", SHAPES)
def test_helm_3_and_4_render_the_same(name):
    assert documents_of(name, binary="helm3") == documents_of(name)


@pytest.mark.parametrize("kubernetes", KUBERNETES)
@pytest.mark.parametrize("name", SHAPES)
def test_kubernetes_knows_every_key(name, kubernetes):
    """A kind without a schema raises SchemaNotFoundError: only CRDs of others have none."""
    for document in documents_of(name, kubernetes=kubernetes):
        if document["kind"] not in CRDS.keys() | NO_MODEL:
            kubernetes_validate.validate(document, kubernetes.removesuffix(".0"), strict=True)


@pytest.mark.parametrize("name", SHAPES)
def test_operators_know_every_key_of_their_objects(name):
    """What a model drops on the way is a key that nobody reads."""
    for document in documents_of(name):
        model = CRDS.get(document["kind"])
        if model is not None:
            assert as_read(model, document) == document


def test_a_misspelt_key_is_what_the_test_before_would_see():
    document = documents_of("external-clamd")
    (monitor,) = [one for one in document if one["kind"] == "PodMonitor"]
    monitor["spec"]["podMetricsEndpoint"] = monitor["spec"].pop("podMetricsEndpoints")

    assert as_read(PodMonitor, monitor) != monitor


def as_read(model, document):
    return json.loads(model.model_validate(document).model_dump_json(by_alias=True, exclude_unset=True))


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_rendered_twice_nor_without_a_name(name):
    names = Counter((one["kind"], one["metadata"]["name"]) for one in documents_of(name))

    assert [one for one, number in names.items() if number > 1] == []


ACCEPTED = {
    "CKV_K8S_8": "freshclam and the pod of helm test have no liveness to speak of",
    "CKV_K8S_9": "nor anything to be ready for",
    "CKV_K8S_11": "no CPU limits: being throttled makes scans time out",
    "CKV_K8S_15": "a tag that never changes, or a digest, need not be pulled at each start; the registry may be away",
    "CKV_K8S_21": "objects name no namespace: it is the release's",
    "CKV_K8S_43": "digests are the operator's choice: image.digest, as in ci/airgapped-values.yaml",
}
WITHOUT_PROBES = {
    "Deployment.default.r-scanner-clamd",
    "Deployment.default.r-scanner-mirror",
    "Pod.default.r-scanner-test-ready",
}


def test_checkov_finds_nothing_but_what_has_a_reason_and_no_reason_is_of_the_past(tmp_path):
    for name in SHAPES:
        (tmp_path / f"{name}.yaml").write_text(text_of(name))

    done = subprocess.run(
        [
            *(str(TOOLS / "checkov" / "bin" / "checkov"), "--directory", str(tmp_path)),
            *("--framework", "kubernetes", "--output", "json", "--quiet", "--compact", "--skip-download"),
        ],
        text=True,
        capture_output=True,
        check=False,
    )

    report = json.loads(done.stdout)
    failed = {(one["check_id"], one["resource"]) for one in report["results"]["failed_checks"]}
    probes = {resource for check, resource in failed if check in ("CKV_K8S_8", "CKV_K8S_9")}
    assert ({check for check, _ in failed}, probes) == (ACCEPTED.keys(), WITHOUT_PROBES)
