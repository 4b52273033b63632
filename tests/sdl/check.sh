#!/usr/bin/env bash
# What clients' tools say of schema.graphql: Relay's compiler takes it, the rules of @graphql-eslint hold, and nothing breaks clients of
# the last release, or of main where there was none. Needs Node and npm. Called by ./check; by hand: tests/sdl/check.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In a copy, so that nothing is installed into the checkout.
cp -R "$here"/{package.json,eslint.config.js,relay.config.json,plain.mjs,changes.mjs,src} "$work"
cd "$work"
npm install --no-package-lock --no-audit --no-fund --silent
mkdir made
node plain.mjs "$top/schema.graphql" schema.graphql

echo "eslint: the recommended and Relay's rules"
./node_modules/.bin/eslint --max-warnings 0 schema.graphql
echo "relay-compiler: connections, nodes, refetching, mutations"
./node_modules/.bin/relay-compiler

base=$(git -C "$top" describe --tags --abbrev=0 2>/dev/null || git -C "$top" merge-base HEAD main 2>/dev/null || true)
if [ -n "$base" ] && git -C "$top" show "$base:schema.graphql" >older.graphql 2>/dev/null; then
    echo "changes since $base"
    node changes.mjs older.graphql "$top/schema.graphql"
else
    echo "changes: NOT COMPARED: there is neither a tag nor a branch main to compare with"
fi
