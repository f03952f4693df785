#!/bin/bash
# Whether the tests of the decision go through every branch of it.
set -euo pipefail

cd "$(dirname "$0")/.."
build=(--enable-code-coverage --scratch-path .build/coverage)
tools=$(dirname "$(readlink -f "$(command -v swift)")")

swift build --build-tests "${build[@]}"
swift test --skip-build "${build[@]}" --filter DecisionTests
programs=$(swift build --show-bin-path "${build[@]}")
"$tools/llvm-cov" report "$programs/TickoverPackageTests.xctest" \
    -instr-profile="$programs/codecov/default.profdata" \
    Sources/NTPEngine/Timekeeping/{Decision,ServerVote}.swift |
    tee .build/coverage/report
awk '$1 == "TOTAL" { all = $3 == 0 && $6 == 0 && $9 == 0 } END { exit !all }' .build/coverage/report
