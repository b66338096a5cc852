# shellcheck shell=bash
# Read by the scripts that need a Python program of others'. Who reads it has a `fail`, sets WHO, by which it speaks, and
# stands in the root of the repository.

# Puts a program of the package index into .tools/NAME, a venv of its own: it may pin what we use in other versions.
python_tool() {
    local name=$1 version=$2 log
    if [ -x ".tools/$name/bin/$name" ] && [ "$(cat ".tools/$name/ready" 2>/dev/null)" = "$version" ]; then
        return 0
    fi
    [ -x .venv/bin/python ] || fail "there is no .venv. Run \`make setup\` first."
    log=$(mktemp)
    echo "$WHO: making .tools/$name" >&2
    { .venv/bin/python -m venv --clear ".tools/$name" &&
        ".tools/$name/bin/python" -m pip --disable-pip-version-check --no-input install -q "$name==$version"; } \
        >"$log" 2>&1 || fail "pip could not install $name. Its last words: $(grep -iE 'error' "$log" | tail -n 2 |
        tr '\n' ' '). Is the package index reachable, and is there room on the disk? All it said is in $log."
    echo "$version" >".tools/$name/ready"
    rm -f "$log"
}
