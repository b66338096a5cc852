"""Pods of the chart under podman, which has no cluster: what is changed for it, and a stand-in for clamd's image.

podman 4.3 reads Pods, ConfigMaps and Secrets of one file. It keeps the user, the read-only root, the missing rights,
memory limits, mounts and shared sockets as a kubelet does. It knows no claim templates, no fsGroup, no ports by name.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path

from demo.clamd import find_clamd, write_signatures
from tests.ops.charts import Document
from tests.ops.images import HERE, done

CLAMD_IMAGE = "docker.io/clamav/clamav:1.4.3_base"
KEPT = ("name", "image", "command", "args", "env", "securityContext", "resources", "volumeMounts")
"""Of a container. Probes are asked by the test: podman takes a port by its name for port 0."""


def for_podman(pod: Document, name: str) -> Document:
    """A Pod of the same containers. Claims of a template become volumes of podman's own; secrets have to say that they
    are no option; init containers that stay are plain ones."""
    spec = {
        "securityContext": pod["securityContext"],
        "volumes": [_volume(one) for one in pod["volumes"]],
        "containers": [{key: one[key] for key in KEPT if key in one} for one in _containers(pod)],
    }
    claims = {mount["name"] for one in spec["containers"] for mount in one["volumeMounts"]}
    for claim in sorted(claims - {one["name"] for one in spec["volumes"]}):
        spec["volumes"].append({"name": claim, "persistentVolumeClaim": {"claimName": f"{name}-{claim}"}})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _containers(pod: Document) -> list[Document]:
    return [*(one for one in pod.get("initContainers", []) if one.get("restartPolicy") == "Always"), *pod["containers"]]


def _volume(volume: Document) -> Document:
    return {**volume, "secret": {**volume["secret"], "optional": False}} if "secret" in volume else volume


def secret(name: str, contents: dict[str, str]) -> Document:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in contents.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "Opaque", "data": data}


def make_clamd_image() -> None:
    """clamd and clamdscan of this machine with the libraries that they load, and signatures for the tests, under the
    name of the official image."""
    folder = HERE / "clamd"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "root").mkdir(parents=True)
    for program in (find_clamd(), shutil.which("clamdscan") or "/usr/bin/clamdscan"):
        for file in (program, *_libraries(program)):
            _copy(Path(file), folder / "root")
    signatures = folder / "root/var/lib/clamav"
    signatures.mkdir(parents=True)
    write_signatures(signatures)
    (folder / "Dockerfile").write_text(
        "FROM scratch\nCOPY root/ /\nENV PATH=/usr/sbin:/usr/bin LD_LIBRARY_PATH=/lib:/usr/lib\n"
    )
    done("buildah", "build", "--isolation=chroot", "--quiet", f"--tag={CLAMD_IMAGE}", str(folder), patience=300)


def _copy(file: Path, root: Path) -> None:
    """Below its own name, whatever links lead there: /lib is one on most machines."""
    target = root / str(file).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file.resolve(), target)


def _libraries(program: str) -> list[str]:
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", told)
