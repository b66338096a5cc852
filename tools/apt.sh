# shellcheck shell=bash
# Read by the scripts that install Debian packages. Who reads it has a `fail`, and sets WHO, by which it speaks; INSTEAD,
# what to do where there is no apt-get; and APT_WAIT, seconds for which another's apt is waited for.

install_packages() {
    [ $# -gt 0 ] || return 0
    local root=() apt log
    command -v apt-get >/dev/null || fail "these are missing: $* (names of Debian packages), and there is no apt-get" \
        "to install them with. $INSTEAD, then try again."
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing: $*. You are not root and there is no sudo. Ask" \
            "somebody with the right to run: apt-get install --no-install-recommends $*"
        root=(sudo)
        [ -t 0 ] || root+=(-n)
        "${root[@]}" true 2>/dev/null || fail "these packages are missing: $*, and sudo does not let you install them." \
            "Ask somebody with the right to run: apt-get install --no-install-recommends $*"
    fi
    echo "$WHO: installing $* by apt" >&2
    # Packages start their daemons where an init system runs; RUNLEVEL=1 keeps them from it.
    apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -o "DPkg::Lock::Timeout=$APT_WAIT")
    log=$(mktemp)
    if ! { apt-cache show "$@" && "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
        { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1 ||
            fail "apt could not install $*. Its last words: $(grep -E '^(E|W|Err)' "$log" | tail -n 2 | tr '\n' ' ')." \
                "Is there a network, and room on the disk? All it said is in $log."
    fi
    rm -f "$log"
}
