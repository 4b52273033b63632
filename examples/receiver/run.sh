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
if [ ! -e "$home/ready" ]; then
    # In a place of its own, so that nothing is installed into the checkout.
    mkdir -p "$home"
    cp "$here"/{package.json,tsconfig.json,codegen.json,changes.graphql,receiver.ts} "$here/../../schema.graphql" "$home"
    (
        cd "$home"
        npm install --no-package-lock --no-audit --no-fund --silent
        ./node_modules/.bin/graphql-codegen --config codegen.json --silent
        ./node_modules/.bin/tsc
    )
    touch "$home/ready"
fi
if [ -z "${API_TOKEN:-}" ]; then
    tandem=${CARGO_TARGET_DIR:-$here/../../target}/release/tandem
    API_TOKEN=$("$tandem" token --as ravi@veltrona.example.org)
    export API_TOKEN
fi
exec node "$home/built/receiver.js" "$@"
