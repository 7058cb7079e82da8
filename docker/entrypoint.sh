#!/bin/sh
# Runs a command of LearnFlow in a container. A worker listens on the container's own name, under which the other workers
# reach it, too: they ask whichever of them has a student.
set -eu

export LEARNFLOW_WEB_HOST="${LEARNFLOW_WEB_HOST:-$(hostname)}"

if [ "${1:-}" = live ]; then # the health check
    exec python -c '
import sys, urllib.request
with urllib.request.urlopen(f"http://{sys.argv[1]}:{sys.argv[2]}/live", timeout=4): pass
' "$LEARNFLOW_WEB_HOST" "${LEARNFLOW_WEB_PORT:-6066}"
fi
exec learnflow "$@"
