#!/bin/sh
# Install the digit book from this folder, without internet, below the home folder or where DIGIT_BOOK says.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${DIGIT_BOOK:-$HOME/digit-book}

python=
for candidate in python{{ python }} python3 python; do
    if "$candidate" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "{{ python }}")' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python {{ python }} is needed, and was not found: install it, then run this again." >&2
    exit 1
fi

mkdir -p "$target/notebooks"
if ! "$python" -m venv "$target/venv"; then
    echo "$python cannot make a virtual environment: on Debian and Ubuntu, install python{{ python }}-venv." >&2
    exit 1
fi
# No settings of this computer: they might ask for an index that is not there.
export PIP_CONFIG_FILE=/dev/null
"$target/venv/bin/python" -m pip --isolated install --no-index --find-links "$here/wheels" \
    --no-cache-dir --no-compile --disable-pip-version-check \
    --requirement "$here/requirements-lab.txt" "digitlib=={{ version }}"
for notebook in "$here"/notebooks/*.ipynb; do
    [ -e "$target/notebooks/${notebook##*/}" ] || cp "$notebook" "$target/notebooks/" # keeps what somebody worked on
done
echo "Installed in $target. Now run start.sh."
