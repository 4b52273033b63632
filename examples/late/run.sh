#!/usr/bin/env bash
# Serves the page that lists what is late, on this machine, beside a demo that lets it ask:
#
#   TANDEM_CORS_ORIGINS=http://127.0.0.1:8090 cargo run --release -- demo       in one shell
#   examples/late/run.sh                                                        in another, then open http://127.0.0.1:8090
#
# The token is one that the demo prints. Settings: LATE_PORT (8090). Needs Python 3.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
port=${LATE_PORT:-8090}
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "examples/late: something else listens on port $port. Set LATE_PORT to another one, and TANDEM_CORS_ORIGINS of the demo to it." >&2
    exit 1
fi
echo "open http://127.0.0.1:$port"
exec python3 -m http.server "$port" --bind 127.0.0.1 --directory "$here"
