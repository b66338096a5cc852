#!/usr/bin/env bash
# Prepares what builds and runs the image in tests: buildah and podman by apt, podman-compose in a venv of its own; in
# .tools/image/ a storage of our own, a stand-in for the base image and the wheels of requirements.txt. Other people's
# images and containers are not touched.
# Without anything to do it takes a fraction of a second. Where it cannot go on, it says in one paragraph what is missing,
# and exits with 1.
#
# The stand-in is a Debian made from this machine's apt sources, with Debian's Python: it proves the Dockerfile where no
# registry can be reached, and is never published.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Read by tools/apt.sh.
# shellcheck disable=SC2034
WHO=image INSTEAD="Install what corresponds to them on your system" APT_WAIT=300
# shellcheck source=tools/apt.sh
. tools/apt.sh
# shellcheck source=tools/pip.sh
. tools/pip.sh

HERE=$PWD/.tools/image
BASE=docker.io/library/python:3.11-slim-bookworm
LOG=$HERE/setup.log

main() {
    local missing=()
    mapfile -t missing < <(missing_packages)
    install_packages "${missing[@]}"
    mkdir -p "$HERE"
    python_tool podman-compose 1.6.0
    # Two setups at once would fight over the storage.
    exec 9>"$HERE/lock"
    flock 9
    write_configuration
    forget_old_builds
    local stamp
    stamp=$(cat tools/ops/image.sh requirements.txt requirements-build.txt | sha256sum)
    [ "$(cat "$HERE/ready" 2>/dev/null)" != "$stamp" ] || return 0
    [ -f "$HERE/base.tar" ] || make_base_tar
    import_base
    fetch_wheels
    echo "$stamp" >"$HERE/ready"
}

fail() {
    printf 'image: %s\n' "$*" | fold -s -w 110 >&2
    exit 1
}

missing_packages() {
    local tool
    for tool in buildah podman runc mmdebstrap; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
    [ -x /usr/lib/podman/netavark ] || [ -x /usr/libexec/podman/netavark ] || echo netavark
    # Names of containers in a network of compose.yaml.
    [ -x /usr/lib/podman/aardvark-dns ] || [ -x /usr/libexec/podman/aardvark-dns ] || echo aardvark-dns
    [ -x /usr/bin/newuidmap ] || echo uidmap
    # What holds a pod together; podman only recommends it.
    command -v catatonit >/dev/null || echo catatonit
    [ "$(id -u)" = 0 ] || command -v fuse-overlayfs >/dev/null || echo fuse-overlayfs
    PATH=$PATH:/usr/sbin:/sbin command -v iptables >/dev/null || echo iptables
    # What deploy/import-signatures.sh checks signatures with.
    command -v sigtool >/dev/null && command -v clamscan >/dev/null || echo clamav
}

# Read by buildah and podman through CONTAINERS_CONF and CONTAINERS_STORAGE_CONF (tests/ops/image.py sets them).
write_configuration() {
    local driver=vfs
    [ "$(id -u)" != 0 ] || driver=overlay
    cat >"$HERE/containers.conf" <<EOT
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
EOT
    # A socket's path has room for about a hundred bytes, so what is of the moment is not kept below this folder; each
    # clone has a place of its own.
    local place=/run
    [ "$(id -u)" = 0 ] || place=/run/user/$(id -u)
    cat >"$HERE/storage.conf" <<EOT
[storage]
driver = "$driver"
graphroot = "$HERE/storage"
runroot = "$place/scanner-image-$(cksum <<<"$HERE" | cut -d ' ' -f 1)"
EOT
}

buildah_here() {
    CONTAINERS_CONF=$HERE/containers.conf CONTAINERS_STORAGE_CONF=$HERE/storage.conf buildah "$@"
}

# Each change of the product leaves the images of the build before it, some 200 MB.
forget_old_builds() {
    [ -d "$HERE/storage" ] && [ -z "$(find "$HERE/pruned" -mtime -1 2>/dev/null)" ] || return 0
    touch "$HERE/pruned"
    CONTAINERS_CONF=$HERE/containers.conf CONTAINERS_STORAGE_CONF=$HERE/storage.conf \
        podman image prune --force --filter until=24h >/dev/null
}

make_base_tar() {
    echo "image: making a stand-in for the base image, once: a Debian with Python" >&2
    # Where this machine gets its Debian from; elsewhere mmdebstrap knows where the suite is.
    local sources=()
    [ ! -f /etc/apt/sources.list.d/debian.sources ] || sources=(/etc/apt/sources.list.d/debian.sources)
    mmdebstrap --format=tar --variant=minbase --include=ca-certificates,python3,python3-venv bookworm "$HERE/base.tar.new" \
        "${sources[@]}" >"$LOG" 2>&1 ||
        fail "mmdebstrap could not make a Debian. Its last words: $(tail -n 2 "$LOG" | tr '\n' ' ')." \
            "Is Debian's archive reachable? All it said is in $LOG."
    mv "$HERE/base.tar.new" "$HERE/base.tar"
}

import_base() {
    [ "$HERE/imported" -nt "$HERE/base.tar" ] && buildah_here images -q "$BASE" >/dev/null 2>&1 && return
    cat >"$HERE/Dockerfile.base" <<'EOT'
FROM scratch
ADD base.tar /
RUN ln -sf python3 /usr/bin/python
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
EOT
    buildah_here build -q --isolation=chroot --network=host --pull-never --ignorefile /dev/null -t "$BASE" \
        -f "$HERE/Dockerfile.base" "$HERE" >"$LOG" 2>&1 ||
        fail "buildah could not make the stand-in. Its last words: $(tail -n 2 "$LOG" | tr '\n' ' '). All is in $LOG."
    touch "$HERE/imported"
}

# With this machine's pip and its index, so that neither has to be known within the build.
fetch_wheels() {
    local pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input download -q)
    # For the Python of the stand-in, whichever this is.
    pip+=(--no-deps --require-hashes --python-version 3.11 -d "$HERE/wheels")
    "${pip[@]}" -r requirements.txt -r requirements-build.txt >"$LOG" 2>&1 ||
        fail "the Python packages could not be fetched. pip's last words: $(grep -iE 'error|warning' "$LOG" | tail -n 2 |
            tr '\n' ' '). Is the package index reachable? All it said is in $LOG."
    printf '[global]\nno-index = true\nfind-links = /run/wheels\n' >"$HERE/pip.conf"
}

main
