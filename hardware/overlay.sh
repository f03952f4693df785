#!/bin/bash
# Compiles the device tree overlay into FILE; a warning of the compiler is an error.
set -euo pipefail

output=${1:?usage: overlay.sh FILE}
source=$(dirname "$0")/tickover-overlay.dts
if ! complaints=$(dtc -@ -I dts -O dtb -o - "$source" 2>&1 > "$output") || [ -n "$complaints" ]; then
    echo "$complaints" >&2
    rm -f "$output"
    exit 1
fi
