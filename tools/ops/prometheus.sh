#!/usr/bin/env bash
# Installs what checks alerts and dashboards: promtool and a Prometheus, amtool and an Alertmanager, by apt. Neither of
# them is started, now or at boot: the tests start their own. Without anything to do it takes a few milliseconds. Where it
# cannot go on, it says in one paragraph what is missing, and exits with 1.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Read by tools/apt.sh.
# shellcheck disable=SC2034
WHO=prometheus INSTEAD="Put promtool, prometheus, amtool and prometheus-alertmanager on PATH" APT_WAIT=300
# shellcheck source=tools/apt.sh
. tools/apt.sh

main() {
    local missing=()
    command -v promtool >/dev/null && command -v prometheus >/dev/null || missing+=(prometheus)
    command -v amtool >/dev/null && command -v prometheus-alertmanager >/dev/null || missing+=(prometheus-alertmanager)
    install_packages "${missing[@]}"
}

fail() {
    printf 'prometheus: %s\n' "$*" | fold -s -w 110 >&2
    exit 1
}

main
