#!/usr/bin/env bash
# Follows the feed as Ravi, who manages projects at the demo's first CRO, against `tandem demo` in the same folder, into a file:
#
#   cargo run --release -- demo                      in one shell
#   examples/receiver/run.sh copy.json               in another
#   examples/receiver/run.sh --once copy.json        the same, only to catch up
#
# Settings: API_URL, API_TOKEN for another service or person; RECEIVER_HOME, where its packages and what is made of the schema are kept
# (examples/receiver/.home). Needs Node 20 and npm.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${RECEIVER_HOME:-$here/.home}
sources=("$here"/{package.json,tsconfig.json,codegen.json,changes.graphql,receiver.ts} "$here/../../schema.graphql")
made_of=$(cat "${sources[@]}" | cksum)
# What was made of other sources, or of another schema, is made again.
if [ "$(cat "$home/made-of" 2>/dev/null)" != "$made_of" ]; then
    # In a place of its own, so that nothing is installed into the checkout.
    mkdir -p "$home"
    rm -f "$home/made-of"
    cp "${sources[@]}" "$home"
    (
        cd "$home"
        npm install --no-package-lock --no-audit --no-fund --silent
        ./node_modules/.bin/graphql-codegen --config codegen.json --silent
        ./node_modules/.bin/tsc
    )
    echo "$made_of" >"$home/made-of"
fi
# Help needs no demo that runs.
if [ -z "${API_TOKEN:-}" ] && [ "${1:-}" != --help ] && [ "${1:-}" != -h ]; then
    tandem=${CARGO_TARGET_DIR:-$here/../../target}/release/tandem
    API_TOKEN=$("$tandem" token --as ravi@veltrona.example.org)
    export API_TOKEN
fi
exec node "$home/built/receiver.js" "$@"
