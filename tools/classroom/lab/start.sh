#!/bin/sh
# Open the notebooks in JupyterLab; whatever follows is passed on to it.
set -eu
target=${DIGIT_BOOK:-$HOME/digit-book}
if [ ! -x "$target/venv/bin/jupyter" ]; then
    echo "Nothing is installed in $target: run install.sh first." >&2
    exit 1
fi
cd "$target/notebooks"
exec "$target/venv/bin/python" -m jupyterlab \
    --LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate "$@"
