#!/usr/bin/env bash
# Tries the clients in this folder against `tandem demo` on a database of its own. Needs Python 3 with venv. Called by ./check; by hand:
#
#   examples/try.sh [path of the tandem program]     default: target/debug/tandem
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "${1:-$here/../target/debug/tandem}")
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

export TANDEM_DATABASE_URL=sqlite://$work/demo.sqlite TANDEM_FILE_STORE=$work/files TANDEM_LISTEN=127.0.0.1:0
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
export API_URL API_TOKEN CRO_VENV=$work/venv

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
