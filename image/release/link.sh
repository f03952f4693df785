#!/bin/bash
# The linker of the release builds: link.sh COMPILER ARCHIVE ARGUMENT...
#
# Takes the bare-metal link line that Swift writes, keeps what is ours (objects, archives of ours, -l options) and links
# it with Debian's compiler, whose start files and libraries it needs instead, and with the standard library's ARCHIVE. The
# little that is called of the mathematics library is in CLinux.
set -euo pipefail

compiler=$1
archive=$2
shift 2

# In front of a linker's option when clang takes it for a compiler.
arguments=()
for argument; do
    [ "$argument" = -Xlinker ] || arguments+=("$argument")
done
set -- "${arguments[@]}"

kept=()
while [ $# -gt 0 ]; do
    case "$1" in
    -o) kept+=(-o "$2"); shift ;;
    --defsym) kept+=("-Wl,--defsym,$2"); shift ;;
    -m) shift ;;
    crt0.o | -lc | -lm) ;;
    *.o | @* | -l*) kept+=("$1") ;;
    esac
    shift
done
exec "$compiler" -pie -static-libgcc -Wl,--gc-sections,--as-needed,-z,relro,-z,now "${kept[@]}" "$archive"
