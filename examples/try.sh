#!/usr/bin/env bash
# Tries the clients in this folder against `tandem demo` on a database of its own. Needs Python 3 with venv, Node 20 with npm, and curl.
# Called by ./check; by hand:
#
#   examples/try.sh [path of the tandem program]     default: target/debug/tandem
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "${1:-$here/../target/debug/tandem}")
work=$(mktemp -d)
server=
follower=
cleanup() {
    for process in $follower $server; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export TANDEM_DATABASE_URL=sqlite://$work/demo.sqlite TANDEM_FILE_STORE=$work/files TANDEM_LISTEN=127.0.0.1:0
export TANDEM_CORS_ORIGINS=http://127.0.0.1:8090
"$program" demo >"$work/out" 2>&1 </dev/null &
server=$!
for _ in $(seq 1 240); do
    grep -q '^ready: ' "$work/out" && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.25
done
API_URL=$(sed -n 's|^ready: \(http://.*\)/graphql$|\1|p' "$work/out")
if [ -z "$API_URL" ]; then
    cat "$work/out" >&2
    exit 1
fi
API_TOKEN=$("$program" token --as ravi@veltrona.example.org)
export API_URL API_TOKEN CRO_VENV=$work/venv RECEIVER_HOME=$work/receiver

# cro COMMAND … WORDS: what it prints has these words, the last argument, in it.
cro() {
    local words=${*: -1} said
    said=$("$here/cro/run.sh" "${@:1:$#-1}" 2>&1) || true
    printf '%s\n' "$said"
    case $said in
        *"$words"*) ;;
        *)
            echo "examples/cro: '$words' was expected of: ${*:1:$#-1}" >&2
            return 1
            ;;
    esac
}

cro waiting 'wait for us'
waiting=$("$here/cro/run.sh" waiting)
report=$(sed -n 's/.*\(deliverable_[0-9a-z]*\).*To be handed in\.$/\1/p' <<<"$waiting")
finding=$(sed -n 's/.*\(finding_[0-9a-z]*\).*To be acknowledged\.$/\1/p' <<<"$waiting")
echo 'An invented report.' >"$work/report.txt"
cro hand-in "$report" "$work/report.txt" 'handed in as number 1, SUBMITTED'
cro hand-in "$report" "$work/report.txt" 'no step SUBMIT'
cro answer "$finding" 'Nobody looked.' 'We look each week.' 'RESPONSE_SUBMITTED'
cro answer finding_01jgxa1f05e009ny9jhsh1kwzz 'Nobody looked.' 'We look each week.' 'There is no finding with this id'

# ask TOKEN QUERY: what the graph answers.
ask() {
    curl -sS "$API_URL/graphql" -H 'Content-Type: application/json' -H "Authorization: Bearer $1" -d "{\"query\":\"$2\"}"
}
sponsor=$("$program" token --as marisol@quillfen.example.org)
engagement=$(ask "$API_TOKEN" '{ engagements(first: 1, filter: { state: { eq: ACTIVE } }) { nodes { id } } }' | grep -o 'engagement_[0-9a-z]*')

# deliverable TITLE: a new one that the CRO sees; its id.
deliverable() {
    ask "$sponsor" "mutation { deliverableCreate(input: { engagementId: \\\"$engagement\\\", deliverableType: MONITORING_PLAN, \
title: \\\"$1\\\", dueDate: \\\"2031-01-01\\\" }) { deliverable { id } userErrors { message } } }" | grep -o 'deliverable_[0-9a-z]*'
}

# caught_up ID: the receiver's copy comes to have this record. A change reaches the feed a second or two after it was made.
caught_up() {
    for _ in $(seq 1 30); do
        "$here/receiver/run.sh" --once "$work/copy.json"
        grep -q "$1" "$work/copy.json" && return 0
        sleep 0.5
    done
    echo "examples/receiver: $1 never came" >&2
    return 1
}

"$here/receiver/run.sh" --once "$work/copy.json"
caught_up "$(deliverable 'Told by the feed (invented)')"
# Killed while it follows, it goes on from where it was.
"$here/receiver/run.sh" "$work/copy.json" &
follower=$!
last=$(deliverable 'Made while it follows (invented)')
sleep 2
kill -9 "$follower"
wait "$follower" 2>/dev/null || true
follower=
caught_up "$last"
held=$(node -e 'const { records } = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(Object.keys(records).filter((id) => id.startsWith("deliverable_")).length)' "$work/copy.json")
there=$(ask "$API_TOKEN" '{ deliverables { totalCount } }' | grep -o '"totalCount":[0-9]*' | cut -d: -f2)
if [ "$held" != "$there" ]; then
    echo "examples/receiver: holds $held deliverables, and there are $there" >&2
    exit 1
fi
if API_TOKEN=$sponsor "$here/receiver/run.sh" --once "$work/copy.json" 2>"$work/said"; then
    echo "examples/receiver: another's copy went on" >&2
    exit 1
fi
grep -q 'Remove the file to begin anew' "$work/said"

API_TOKEN=$sponsor node --test "$here/late/late.test.mjs"
# A browser asks beforehand whether the page may ask.
curl -sS -o /dev/null -D "$work/headers" -X OPTIONS "$API_URL/graphql" -H 'Origin: http://127.0.0.1:8090' \
    -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: authorization,content-type'
grep -qi '^access-control-allow-origin: http://127.0.0.1:8090' "$work/headers"
