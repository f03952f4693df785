#!/bin/bash
# Builds tickoverd and tickover for 32-bit ARM (ARMv7, Debian armhf) into .build/armhf/bin.
#
# The swift.org toolchain has no Linux SDK for this processor, but its Embedded Swift standard library. The programs are
# linked against Debian's glibc; needed are gcc-arm-linux-gnueabihf and the armhf packages of the libraries used.
set -euo pipefail

cd "$(dirname "$0")/../.."
work=$PWD/.build/armhf
swift_bin=$(dirname "$(readlink -f "$(command -v swift)")")
embedded=$(dirname "$swift_bin")/lib/swift/embedded
include=/usr/arm-linux-gnueabihf/include

mkdir -p "$work/modules" "$work/bin"

# The toolchain names its modules for the soft-float ABI. They hold code before the choice of registers is made, so that
# under the hard-float name they give hard-float code.
for module in Swift Synchronization _Builtin_float _Volatile; do
    mkdir -p "$work/modules/$module.swiftmodule"
    cp "$embedded/$module.swiftmodule/armv7-none-none-eabi.swiftmodule" \
        "$work/modules/$module.swiftmodule/armv7-none-none-eabihf.swiftmodule"
done

# The archive is marked as soft-float too, which the linker minds; its functions take integers only.
arm-linux-gnueabihf-objcopy --remove-section .ARM.attributes \
    "$embedded/armv7-none-none-eabi/libswiftUnicodeDataTables.a" "$work/libswiftUnicodeDataTables.a"

cp image/armhf/link.sh "$work/link.sh"

# Function sections let the linker drop what is not called, Thumb code is the denser one: together they make a fifth of
# the size.
cat > "$work/toolset.json" <<END
{
  "schemaVersion": "1.0",
  "rootPath": "$swift_bin",
  "swiftCompiler": { "extraCLIOptions": [
    "-enable-experimental-feature", "Embedded", "-wmo", "-Osize", "-Xfrontend", "-function-sections",
    "-I", "$work/modules", "-Xcc", "-isystem", "-Xcc", "$include",
    "-Xcc", "-mcpu=cortex-a7", "-Xcc", "-mfpu=neon-vfpv4", "-Xcc", "-mfloat-abi=hard",
    "-Xcc", "-Xclang", "-Xcc", "-target-feature", "-Xcc", "-Xclang", "-Xcc", "+thumb-mode"
  ] },
  "cCompiler": { "extraCLIOptions": [
    "-target", "arm-linux-gnueabihf", "-mcpu=cortex-a7", "-mfpu=neon-vfpv4", "-mfloat-abi=hard", "-mthumb",
    "-isystem", "$include", "-isystem", "/usr/include/arm-linux-gnueabihf",
    "-Os", "-ffunction-sections", "-DTICKOVER_EMBEDDED"
  ] },
  "linker": { "path": "$work/link.sh" }
}
END

for program in tickoverd tickover; do
    swift build -c release --triple armv7-none-none-eabihf --toolset "$work/toolset.json" \
        --scratch-path "$work/build" --product "$program"
    arm-linux-gnueabihf-strip -o "$work/bin/$program" "$work/build/release/$program"
done
stat --printf '%n: %s bytes\n' "$work"/bin/*
