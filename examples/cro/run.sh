#!/usr/bin/env bash
# Runs cro.py as Ravi, who manages projects at the demo's first CRO, against `tandem demo` in the same folder:
#
#   cargo run --release -- demo            in one shell
#   examples/cro/run.sh waiting            in another
#
# Settings: API_URL, API_TOKEN for another service or person; CRO_VENV, where its Python packages are kept (examples/cro/.venv).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${CRO_VENV:-$here/.venv}
if [ ! -e "$venv/ready" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$venv/ready"
fi
if [ -z "${API_TOKEN:-}" ]; then
    tandem=${CARGO_TARGET_DIR:-$here/../../target}/release/tandem
    API_TOKEN=$("$tandem" token --as ravi@veltrona.example.org)
    export API_TOKEN
fi
exec "$venv/bin/python" "$here/cro.py" "$@"
