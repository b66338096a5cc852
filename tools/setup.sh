#!/usr/bin/env bash
# Prepares what demo and tests need: clamd, its test files, clamdscan, libmagic, libarchive, PostgreSQL and pgbouncer by
# apt, and .venv with this package in it. Nothing else is installed or changed; no service is started or stopped by us.
# Without anything to do it takes well under a second. Where it cannot go on, it says in one paragraph what is missing,
# and exits with 1.
set -euo pipefail
cd "$(dirname "$0")/.."

# Read by tools/apt.sh.
# shellcheck disable=SC2034
WHO=setup INSTEAD="Install what corresponds to them on your system" APT_WAIT=120
# shellcheck source=tools/apt.sh
. tools/apt.sh

LOG=.venv/setup.log
STAMP=.venv/ready
# clamd lives in /usr/sbin, which is not on everybody's PATH.
TOOLS=$PATH:/usr/sbin:/sbin

main() {
    local stamp python missing=()
    stamp=$(cat tools/setup.sh tools/apt.sh requirements-dev.txt pyproject.toml | sha256sum)
    mapfile -t missing < <(missing_packages)
    if ! venv_is_ready "$stamp"; then
        python=$(choose_python)
        has_ensurepip "$python" || missing+=("python$(version_of "$python")-venv")
        install_packages "${missing[@]}"
        build_venv "$python" "$stamp"
    else
        install_packages "${missing[@]}"
    fi
}

fail() {
    printf 'setup: %s\n' "$*" | fold -s -w 110 >&2
    exit 1
}

missing_packages() {
    # Read as a whole: a pipe into grep -q may end in a broken one, which counts as a fault here.
    local libraries
    libraries=$(PATH=$TOOLS ldconfig -p 2>/dev/null || true)
    PATH=$TOOLS command -v clamd >/dev/null || echo clamav-daemon
    PATH=$TOOLS command -v clamdscan >/dev/null || echo clamdscan
    [ -d /usr/share/clamav-testfiles ] || echo clamav-testfiles
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    PATH=$TOOLS command -v pgbouncer >/dev/null || echo pgbouncer
    grep -q 'libmagic\.so\.1' <<<"$libraries" || echo libmagic1
    grep -q 'libarchive\.so\.13' <<<"$libraries" || libarchive_package
}

# Debian 13 and Ubuntu 24.04 renamed it for 64-bit time.
libarchive_package() {
    if apt-cache show libarchive13t64 >/dev/null 2>&1; then echo libarchive13t64; else echo libarchive13; fi
}

venv_is_ready() {
    [ -f $STAMP ] && [ "$(cat $STAMP)" = "$1" ] && [ -x .venv/bin/scanner ] && .venv/bin/python -c '' 2>/dev/null
}

# The newest of the versions we test, else anything newer. A pyenv shim may stand on PATH without a Python behind it.
choose_python() {
    local name path version found=()
    for name in python3.13 python3.12 python3.11 python3; do
        while read -r path; do
            version=$(version_of "$path") || continue
            if [ "${version#3.}" -ge 11 ]; then
                echo "$path"
                return
            fi
            found+=("$version ($path)")
        done < <(type -ap "$name")
    done
    fail "Python 3.11 or newer is needed, and PATH holds none. Found: ${found[*]:-no python3 at all}." \
        "Install one (Debian 12 and later, Ubuntu 24.04 and later: apt-get install python3), then try again."
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

has_ensurepip() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

build_venv() {
    local python=$1 stamp=$2
    echo "setup: making .venv with Python $(version_of "$python")" >&2
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear .venv || fail "$python could not make .venv; see above."
    fi
    local pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install)
    { "${pip[@]}" --require-hashes -r requirements-dev.txt && "${pip[@]}" --no-deps -e .; } >$LOG 2>&1 ||
        fail "the Python packages could not be installed. pip's last words: $(grep -iE 'error|warning' $LOG | tail -n 2 |
            tr '\n' ' '). Is the package index reachable, and is there room on the disk? All it said is in $LOG."
    echo "$stamp" >$STAMP
}

main
