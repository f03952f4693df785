#!/bin/bash
# The linker of the armhf build: takes the bare-metal link line that Swift writes, keeps what is ours (objects, archives
# of ours, -l options) and links it with the Debian cross compiler, whose start files and libraries it needs instead.
set -euo pipefail

here=$(dirname "$0")
kept=()
while [ $# -gt 0 ]; do
    case "$1" in
    -o) kept+=(-o "$2"); shift ;;
    --defsym) kept+=("-Wl,--defsym,$2"); shift ;;
    -m) shift ;;
    crt0.o | -lc) ;;
    *.o | @* | -l*) kept+=("$1") ;;
    esac
    shift
done
exec arm-linux-gnueabihf-gcc -pie -static-libgcc -Wl,--gc-sections,--as-needed,-z,relro,-z,now \
    "${kept[@]}" "$here/libswiftUnicodeDataTables.a" -lm
