#!/usr/bin/env bash
# Tries the clients in this folder against `tandem demo` on a database of its own. Needs Python 3 with venv, Node 20 with npm, and curl.
# Called by ./check; by hand:
#
#   examples/try.sh [path of the tandem program]     default: target/debug/tandem
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "${1:-$here/../target/debug/tandem}")
missing=()
for tool in python3 node npm curl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
if [[ " ${missing[*]-} " != *' python3 '* ]] && ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    missing+=("python3's venv")
fi
if [ ${#missing[@]} -gt 0 ]; then
    printf 'examples/try.sh needs what is not installed: %s\n' "${missing[@]}" >&2
    exit 1
fi
if [ ! -x "$program" ]; then
    echo "examples/try.sh: there is no program at $program" >&2
    exit 1
fi
work=$(mktemp -d)
server=
follower=
page=
cleanup() {
    for process in $follower $page $server; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export TANDEM_DATABASE_URL=sqlite://$work/demo.sqlite TANDEM_FILE_STORE=$work/files TANDEM_LISTEN=127.0.0.1:0
# The page has a port of its own: the usual one may be in use here.
LATE_PORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
origin=http://127.0.0.1:$LATE_PORT
export LATE_PORT TANDEM_CORS_ORIGINS=$origin
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

fail() {
    echo "$*" >&2
    exit 1
}

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
if [ -z "$report" ] || [ -z "$finding" ]; then
    fail "examples/cro: the demo has a report to hand in and a finding to answer, and waiting does not name both"
fi
echo 'An invented report.' >"$work/report.txt"
cro hand-in "$report" "$work/report.txt" 'handed in as number 1, SUBMITTED'
cro hand-in "$report" "$work/report.txt" 'no step SUBMIT'
cro answer "$finding" 'Nobody looked.' 'We look each week.' 'RESPONSE_SUBMITTED'
cro answer finding_01jgxa1f05e009ny9jhsh1kwzz 'Nobody looked.' 'We look each week.' 'There is no finding with this id'

# ask TOKEN QUERY …: what the graph answers; what follows is for curl.
ask() {
    curl -sS "$API_URL/graphql" -H 'Content-Type: application/json' -H "Authorization: Bearer $1" -d "{\"query\":\"$2\"}" "${@:3}"
}
sponsor=$("$program" token --as marisol@quillfen.example.org)
engagement=$(ask "$API_TOKEN" '{ engagements(first: 1, filter: { state: { eq: ACTIVE } }) { nodes { id } } }' | grep -o 'engagement_[0-9a-z]*') || fail 'the demo has no active engagement'

# deliverable TITLE: a new one that the CRO sees; its id.
deliverable() {
    local said
    said=$(ask "$sponsor" "mutation { deliverableCreate(input: { engagementId: \\\"$engagement\\\", deliverableType: MONITORING_PLAN, \
title: \\\"$1\\\", dueDate: \\\"2031-01-01\\\" }) { deliverable { id } userErrors { message } } }")
    grep -o 'deliverable_[0-9a-z]*' <<<"$said" || fail "deliverableCreate was refused: $said"
}

# caught_up ID: the receiver's copy comes to have this record. A change reaches the feed a second or two after it was made.
caught_up() {
    for _ in $(seq 1 30); do
        "$here/receiver/run.sh" --once "$work/copy.json"
        grep -qF "\"$1\":" "$work/copy.json" && return 0
        sleep 0.5
    done
    echo "examples/receiver: $1 never came" >&2
    return 1
}

"$here/receiver/run.sh" --once "$work/copy.json"
told=$(deliverable 'Told by the feed (invented)')
caught_up "$told"
# Killed while it follows, it goes on from where it was.
"$here/receiver/run.sh" "$work/copy.json" &
follower=$!
last=$(deliverable 'Made while it follows (invented)')
sleep 2
kill -9 "$follower"
wait "$follower" 2>/dev/null || true
follower=
caught_up "$last"
# What is held is what the service says there is, of every kind that the receiver asks for: as many, and the same versions.
kinds=$(sed -n 's/.*kinds: \[\([A-Z_, ]*\)\].*/\1/p' "$here/receiver/changes.graphql")
[ -n "$kinds" ] || fail 'examples/receiver: changes.graphql names no kinds'
# A request costs thousands of points: where they are spent, curl waits as long as it is told to.
ask "$API_TOKEN" "{ exportManifest(kinds: [$kinds]) { kind recordCount sha256 } }" --retry 3 >"$work/manifest.json"
node - "$work/copy.json" "$work/manifest.json" "$kinds" <<'EOF' || fail 'examples/receiver: the copy is not what there is'
const { createHash } = require('crypto');
const [copy, answer] = process.argv.slice(2, 4).map((file) => JSON.parse(require('fs').readFileSync(file, 'utf8')));
if (!answer.data) throw new Error(JSON.stringify(answer));
const records = Object.values(copy.records);
const manifest = new Map(answer.data.exportManifest.map((entry) => [entry.kind, entry]));
for (const kind of process.argv[4].split(/[\s,]+/)) {
  const lines = records.filter((record) => record.__typename.replace(/(?!^)[A-Z]/g, '_$&').toUpperCase() === kind)
    .map((record) => `${record.id} ${record.version}\n`).sort();
  const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
  const there = manifest.get(kind);
  console.log(`${kind}: ${lines.length} held, ${there?.recordCount ?? 0} there`);
  if (!lines.length || there?.recordCount !== lines.length || there.sha256 !== sha256) process.exitCode = 1;
}
EOF
if API_TOKEN=$sponsor "$here/receiver/run.sh" --once "$work/copy.json" 2>"$work/said"; then
    fail "examples/receiver: another's copy went on"
fi
grep -q 'Remove the file to begin anew' "$work/said" || fail "examples/receiver: does not say how to begin anew: $(cat "$work/said")"
node --test "$here/receiver/receiver.test.mjs"

"$here/late/run.sh" >"$work/page" 2>&1 </dev/null &
page=$!
for _ in $(seq 1 40); do
    curl -sf -o "$work/index.html" "$origin/" && break
    kill -0 "$page" 2>/dev/null || break
    sleep 0.25
done
grep -q '<title>What is late</title>' "$work/index.html" || fail "examples/late: the page is not served: $(cat "$work/page")"
# A browser runs no module that comes as another type.
for module in page.js late.js; do
    type=$(curl -sS -f -o /dev/null -w '%{content_type}' "$origin/$module")
    [[ $type == */javascript* ]] || fail "examples/late: $module comes as '$type'"
done
if "$here/late/run.sh" >"$work/said" 2>&1 </dev/null; then
    fail 'examples/late: two at one port'
fi
grep -q "something else listens on port $LATE_PORT" "$work/said" || fail "examples/late: does not say that the port is taken: $(cat "$work/said")"
API_TOKEN=$sponsor node --test "$here/late/late.test.mjs"

# heads STATUS WHAT …: the heads of the answer to such a request, in $work/heads, and that it has this status; what follows is for curl.
heads() {
    local status
    status=$(curl -sS -o /dev/null -D "$work/heads" -w '%{http_code}' "$API_URL/graphql" "${@:3}")
    [ "$status" = "$1" ] || fail "$2 has status $status, not $1"
}
# lets_in WHAT NAME VALUE: the answer has this header, which a browser looks for before the page gets to see it.
lets_in() {
    grep -qi "^$2: .*$3" "$work/heads" || fail "$1 has no header $2 with $3"
}
heads 200 'what a browser asks beforehand' -X OPTIONS -H "Origin: $origin" \
    -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: authorization,content-type'
lets_in 'what a browser asks beforehand' access-control-allow-origin "$origin"
lets_in 'what a browser asks beforehand' access-control-allow-methods POST
lets_in 'what a browser asks beforehand' access-control-allow-headers authorization
lets_in 'what a browser asks beforehand' access-control-allow-headers content-type
question=(-H 'Content-Type: application/json' -d '{"query":"{ __typename }"}')
heads 200 'an answer' -H "Origin: $origin" -H "Authorization: Bearer $sponsor" "${question[@]}"
lets_in 'an answer' access-control-allow-origin "$origin"
lets_in 'an answer' access-control-expose-headers retry-after
heads 401 'a refusal' -H "Origin: $origin" -H 'Authorization: Bearer nobody' "${question[@]}"
lets_in 'a refusal' access-control-allow-origin "$origin"
heads 200 "an answer to another's page" -H 'Origin: http://127.0.0.1:1' -H "Authorization: Bearer $sponsor" "${question[@]}"
if grep -qi '^access-control-allow-origin:' "$work/heads"; then
    fail "an answer to another's page lets it read"
fi
