#!/bin/bash
# Makes the table of all scenarios in docs/discipline.md anew; simulated, so it touches nothing else.
set -euo pipefail

cd "$(dirname "$0")/.."
document=docs/discipline.md
seeds=10

swift build -c release --product tickover
tickover=$(swift build -c release --show-bin-path)/tickover
# A limit that does not hold ends this, and leaves the document as it is.
table=$(setpriv --bounding-set=-sys_time --inh-caps=-sys_time \
    "$tickover" simulate scenarios/*.scenario --seeds "$seeds" --markdown)
TABLE=$table awk '
    /^\| scenario \| rms \| max \|/ { print ENVIRON["TABLE"]; inside = 1; found = 1; next }
    inside && /^\|/ { next }
    { inside = 0; print }
    END { exit !found }
' "$document" > "$document.new"
mv "$document.new" "$document"
