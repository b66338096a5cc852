#!/bin/sh
# Takes signatures from a tar into the folder that clamd reads: for sites without a way to a mirror. docs/signatures.md
# says how the tar is made and checked on its way.
#
#   import-signatures.sh [--allow-unsigned] [--allow-older] [--clamd-conf FILE] BUNDLE.tar FOLDER
#
# Nothing in the folder changes before all of this is true: the tar holds files of signatures and nothing else; each .cvd
# bears ClamAV's own signature and is not older than the one it replaces; ClamAV loads the whole as it would be, and finds
# the harmless test file of the antivirus industry by it. Then each file is replaced in one step. Files of one's own
# (.hdb, .ndb, .yara ...) bear no signature: they need --allow-unsigned. With --clamd-conf clamd is told to load them;
# a service with clamav.signature_folders does so by itself. Exit 0 done, 1 refused, 2 usage, 3 could not be tried.
#
# For the shell of the clamav image, which is not bash.
set -eu

SIGNED='cvd'
BESIDE='sign'
UNSIGNED='hdb|hsb|hdu|hsu|mdb|msb|mdu|msu|ndb|ndu|ldb|ldu|sdb|zmd|rmd|cdb|cat|crb|fp|sfp|ign|ign2|idb|pdb|gdb|wdb|pwdb|yar|yara'
LARGEST=4096
# Files of a bundle.

allow_unsigned='' allow_older='' clamd_conf='' work=''

main() {
    read_words "$@"
    for tool in sigtool clamscan; do
        command -v $tool >/dev/null || stop 3 "$tool is needed (Debian: apt-get install clamav); the clamav image has it"
    done
    [ -r "$bundle" ] || stop 3 "$bundle cannot be read"
    [ -d "$folder" ] && [ -w "$folder" ] || stop 3 "$folder is not a folder that $(id -un 2>/dev/null || id -u) may write to"
    # What one that was killed left behind. Two at once would do the same work twice; the later one wins.
    rm -rf "$folder"/.import.*
    work=$(mktemp -d "$folder/.import.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 3' HUP INT TERM
    mkdir "$work/new" "$work/whole"
    unpack
    for file in "$work"/new/*; do check "$file"; done
    put_together
    try_out
    take_over
    tell_clamd
}

read_words() {
    while [ $# -gt 2 ]; do
        case $1 in
        --allow-unsigned) allow_unsigned=yes ;;
        --allow-older) allow_older=yes ;;
        --clamd-conf) clamd_conf=$2 && shift ;;
        *) usage ;;
        esac
        shift
    done
    [ $# = 2 ] || usage
    case $1$2 in -*) usage ;; esac
    bundle=$1 folder=${2%/}
}

usage() {
    stop 2 "usage: import-signatures.sh [--allow-unsigned] [--allow-older] [--clamd-conf FILE] BUNDLE.tar FOLDER"
}

stop() {
    code=$1
    shift
    echo "import-signatures: $*" >&2
    exit "$code"
}

# Names first: what is no plain name of a file of signatures is not even unpacked.
unpack() {
    tar -tf "$bundle" >"$work/names" 2>"$work/said" || stop 1 "$bundle is not a tar: $(tail -n 1 "$work/said")"
    [ -s "$work/names" ] || stop 1 "$bundle is empty"
    [ "$(wc -l <"$work/names")" -le "$LARGEST" ] || stop 1 "$bundle holds more than $LARGEST files"
    odd=$(grep -Ev "^[A-Za-z0-9][A-Za-z0-9._-]*\.($SIGNED|$BESIDE|$UNSIGNED)\$" "$work/names" | head -n 1 || true)
    [ -z "$odd" ] || stop 1 "$bundle holds '$odd', which is not a file of signatures; give it plain names without folders"
    tar -xof "$bundle" -C "$work/new" 2>"$work/said" || stop 3 "$bundle cannot be unpacked: $(tail -n 1 "$work/said")"
    odd=$(find "$work/new" ! -type f ! -path "$work/new" | head -n 1)
    [ -z "$odd" ] || stop 1 "$bundle holds '${odd##*/}', which is a link or a device"
    chmod 0644 "$work"/new/*
}

check() {
    name=${1##*/}
    case $name in
    *.cvd) check_signed "$1" ;;
    *.sign) ;;
    *) [ -n "$allow_unsigned" ] || stop 1 "$name bears no signature of ClamAV's; --allow-unsigned takes it" ;;
    esac
}

check_signed() {
    said=$(sigtool --info="$1" 2>&1) || stop 1 "${1##*/} is not as ClamAV signed it: $(echo "$said" | tail -n 1)"
    echo "$said" | grep -q '^Verification OK' || stop 1 "${1##*/}: its signature could not be verified"
    came=$(version_in "$said")
    base=${1##*/}
    base=${base%.cvd}
    for there in "$folder/$base.cvd" "$folder/$base.cld"; do
        [ -f "$there" ] || continue
        had=$(version_in "$(sigtool --info="$there" 2>/dev/null || true)")
        [ -n "$allow_older" ] || [ "${came:-0}" -ge "${had:-0}" ] ||
            stop 1 "$base $came is older than $had, which is there; --allow-older takes it"
    done
}

version_in() {
    echo "$1" | sed -n 's/^Version: \([0-9][0-9]*\)$/\1/p' | head -n 1
}

# The folder as it would be.
put_together() {
    for file in "$folder"/*; do
        if [ -f "$file" ] && ! replaced "${file##*/}"; then
            ln "$file" "$work/whole/" 2>/dev/null || cp "$file" "$work/whole/"
        fi
    done
    ln "$work"/new/* "$work/whole/"
}

replaced() {
    [ -f "$work/new/$1" ] || { [ "${1%.cld}" != "$1" ] && [ -f "$work/new/${1%.cld}.cvd" ]; }
}

try_out() {
    # shellcheck disable=SC2016 # its bytes are meant as they stand
    printf '%s' 'X5O!P%@AP[4' '\PZX54(P^)7CC)7}$' 'EICAR' '-STANDARD' '-ANTIVIRUS' '-TEST-FILE!' '$H+H*' >"$work/sample"
    code=0
    clamscan --database="$work/whole" --no-summary "$work/sample" >"$work/said" 2>&1 || code=$?
    case $code in
    1) ;;
    0) stop 1 "with these signatures ClamAV does not find the test file that every set of signatures finds" ;;
    *) stop 1 "ClamAV cannot load these signatures: $(grep -i error "$work/said" | head -n 1)" ;;
    esac
}

take_over() {
    sync
    for file in "$work"/new/*; do
        name=${file##*/}
        mv -f "$file" "$folder/$name"
        case $name in *.cvd) rm -f "$folder/${name%.cvd}.cld" ;; esac
        echo "import-signatures: $name is in place" >&2
    done
}

tell_clamd() {
    [ -n "$clamd_conf" ] || return 0
    clamdscan --config-file="$clamd_conf" --reload >&2 || stop 3 "the signatures are in place, but clamd could not be told"
}

main "$@"
