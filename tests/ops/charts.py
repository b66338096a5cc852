"""The chart, rendered by Helm 4 and 3, and what a kubelet would make of it: files where the pod mounts them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.ops.conftest import ROOT

CHART = ROOT / "helm"
TOOLS = ROOT / ".tools"
SHAPES = sorted(path.stem.removesuffix("-values") for path in (CHART / "ci").glob("*-values.yaml"))
NEWEST = "1.37.0"
HOME = Path(tempfile.gettempdir()) / f"scanner-helm-{os.getuid()}"
"""Of Helm's own; nothing of the user's is read."""

Document = dict[str, Any]


def helm(*words: str | Path, binary: str = "helm") -> subprocess.CompletedProcess[str]:
    homes = {f"HELM_{name}_HOME": str(HOME / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    command = [str(TOOLS / binary), *map(str, words)]
    return subprocess.run(command, text=True, capture_output=True, env=os.environ | homes, check=False)


def shape(name: str) -> Path:
    return CHART / "ci" / f"{name}-values.yaml"


@cache
def text_of(name: str, *more: str, binary: str = "helm", kubernetes: str = NEWEST) -> str:
    """A shape of ci/ as Helm renders it; `more`: further words, such as --set."""
    done = helm(
        *("template", "r", CHART, "--namespace", "ns", "--kube-version", kubernetes, "-f", shape(name), *more),
        binary=binary,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def documents_of(name: str, *more: str, binary: str = "helm", kubernetes: str = NEWEST) -> list[Document]:
    text = text_of(name, *more, binary=binary, kubernetes=kubernetes)
    return [one for one in yaml.safe_load_all(text) if one is not None]


def refusal(name: str, *more: str) -> list[str]:
    """The problems that the chart names; none where it renders."""
    done = helm("template", "r", CHART, "-f", shape(name), *more)
    if done.returncode == 0:
        return []
    said = done.stderr[done.stderr.index("Error:") :]
    return [line.removeprefix("  - ") for line in said.splitlines() if line.startswith("  - ")] or [said]


def only(documents: list[Document], kind: str, name: str = "r-scanner") -> Document:
    (found,) = [one for one in documents if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def pods(documents: list[Document]) -> dict[str, Document]:
    """Specs of all pods by the name of what makes them."""
    specs = {}
    for one in documents:
        if one["kind"] == "Pod":
            specs[one["metadata"]["name"]] = one["spec"]
        elif "template" in one.get("spec", {}):
            specs[one["metadata"]["name"]] = one["spec"]["template"]["spec"]
    return specs


def containers(pod: Document) -> dict[str, Document]:
    """Init containers among them: native sidecars are such."""
    return {one["name"]: one for one in [*pod.get("initContainers", []), *pod["containers"]]}


def settings_of(documents: list[Document]) -> Document:
    return yaml.safe_load(only(documents, "ConfigMap", "r-scanner-settings")["data"]["scanner.yaml"])


def mounted(
    documents: list[Document], container: str, pod: Document, secrets: dict[str, dict[str, str]]
) -> dict[str, str]:
    """What the container finds in ConfigMaps and Secrets: contents by path. ConfigMaps not of the chart are among
    the secrets."""
    maps = {one["metadata"]["name"]: one["data"] for one in documents if one["kind"] == "ConfigMap"}
    volumes = {one["name"]: one for one in pod["volumes"]}
    files = {}
    for mount in containers(pod)[container]["volumeMounts"]:
        # Claims are no volumes of the pod's own.
        volume = volumes.get(mount["name"], {})
        source = volume.get("configMap") or volume.get("secret")
        if source is None:
            continue
        name = source.get("name") or source["secretName"]
        contents = maps.get(name) or secrets[name]
        items = source.get("items") or [{"key": key, "path": key} for key in contents]
        files |= {f"{mount['mountPath']}/{item['path']}": contents[item["key"]] for item in items}
    return files
