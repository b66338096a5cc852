#!/usr/bin/env bash
# Lists what is in an image: its Python packages as CycloneDX, its Debian packages as a table of names and versions.
#
#   tools/sbom.sh IMAGE FOLDER          with docker; ENGINE=podman for the other
#
# Nothing of the image is started. Writes FOLDER/python.cdx.json and FOLDER/debian.tsv.
set -euo pipefail

[ $# = 2 ] || { echo "usage: [ENGINE=podman] tools/sbom.sh IMAGE FOLDER" >&2 && exit 2; }
image=$1 folder=$2
here=$(cd "$(dirname "$0")/.." && pwd)
engine=${ENGINE:-docker}

work=$(mktemp -d)
container=$("$engine" create --no-healthcheck "$image")
trap '"$engine" rm "$container" >/dev/null; rm -rf "$work"' EXIT

"$engine" cp "$container:/opt/scanner/lib" "$work/lib" >/dev/null
"$engine" cp "$container:/var/lib/dpkg/status" "$work/status" >/dev/null
mkdir -p "$folder"

# cyclonedx-py asks an interpreter where its packages are; the image's own does not run here.
"$here/.venv/bin/python" -m venv --without-pip "$work/venv"
packages=$("$work/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$work"/lib/python3*/site-packages >"$packages/image.pth"
"$here/.venv/bin/cyclonedx-py" environment --pyproject "$here/pyproject.toml" --output-reproducible --output-format JSON \
    --output-file "$folder/python.cdx.json" "$work/venv/bin/python"
awk -v OFS='\t' '/^Package: /{name=$2} /^Version: /{print name, $2}' "$work/status" | sort >"$folder/debian.tsv"
