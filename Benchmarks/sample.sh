#!/bin/bash
# What a server's sample costs: instructions that its statistics take on average over the scenario lan4, counted by valgrind.
set -euo pipefail

cd "$(dirname "$0")/.."
scenario=scenarios/lan4.scenario
most=200000
# SourceStatistics.add, with all that it calls.
function="\$s15ClockDiscipline16SourceStatisticsV3addyyAA0A6SampleVF"

swift build -c release --product tickover
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$(swift build -c release --show-bin-path)/tickover" "$work"
# Debug information of this compiler's is more than valgrind reads.
strip -g "$work/tickover"
without() { setpriv --bounding-set=-sys_time --inh-caps=-sys_time "$@"; }
samples=$(without "$work/tickover" simulate "$scenario" --json |
    sed -n 's/.*"packets": *\([0-9]*\).*/\1/p' | head -n 1)
without valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$function" \
    "$work/tickover" simulate "$scenario" > /dev/null 2> "$work/log"
instructions=$(sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p' "$work/log")
each=$((instructions / samples))
echo "instructions of a sample: $each, at most $most"
[ "$each" -le "$most" ]
