#!/usr/bin/env bash
# The audits of the graphql-http package, all of them in strict mode, against `tandem demo` on a database of its own.
# Needs Node and npm. Called by ./check; by hand:
#
#   tests/graphql-http/audit.sh [path of the tandem program]     default: target/debug/tandem
#
# audit.mjs gets the endpoint and a persona's token as its two arguments, and fails when an audit does.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${1:-$here/../../target/debug/tandem}
if [ ! -x "$program" ]; then
    echo "There is no program at $program: build it with 'cargo build -p tandem-gateway --bin tandem'." >&2
    exit 1
fi

work=$(mktemp -d)
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# In a copy, so that nothing is installed into the checkout.
cp "$here/audit.mjs" "$here/package.json" "$work"
(cd "$work" && npm install --no-package-lock --no-audit --no-fund --silent)

port=$(node --eval 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });')
origin=http://127.0.0.1:$port
TANDEM_LISTEN=127.0.0.1:$port TANDEM_DATABASE_URL=sqlite://$work/demo.sqlite TANDEM_FILE_STORE=$work/files \
    "$program" demo >"$work/out" 2>"$work/err" </dev/null &
server=$!

said() {
    echo "$1 It said:" >&2
    cat "$work/out" "$work/err" >&2
    exit 1
}

# Making the demo world takes a debug build some seconds.
ready=false
for _ in $(seq 1 240); do
    kill -0 "$server" 2>/dev/null || said "'tandem demo' ended before it was ready."
    if node --eval 'fetch(process.argv[1]).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$origin/readyz"; then
        ready=true
        break
    fi
    sleep 0.25
done
$ready || said "'tandem demo' was not ready within a minute."

# Personas are printed before readiness; a JSON web token always begins like this. (No pipe into head: under pipefail
# the writer's SIGPIPE would count as failure.)
tokens=$(grep -oE 'eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+' "$work/out" || true)
token=${tokens%%$'\n'*}
[ -n "$token" ] || said "'tandem demo' printed no token."

cd "$work"
node audit.mjs "$origin/graphql" "$token"
