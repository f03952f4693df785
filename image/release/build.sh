#!/bin/bash
# Builds tickoverd and tickover for a Debian architecture (armhf, arm64 or amd64) into .build/ARCHITECTURE/bin.
#
# The swift.org toolchain has no Linux SDK for 32-bit ARM, but its Embedded Swift standard library for bare metal, here
# used on every architecture. The programs are linked against Debian's glibc; `.ci/dependencies ARCHITECTURE` gets the
# compiler and the libraries.
set -euo pipefail

cd "$(dirname "$0")/../.."
architecture=${1:?usage: build.sh armhf|arm64|amd64}
work=$PWD/.build/$architecture
swift_bin=$(dirname "$(readlink -f "$(command -v swift)")")
embedded=$(dirname "$swift_bin")/lib/swift/embedded

# triple: the target; modules: the triple that the toolchain has it under; gnu: Debian's name; cpu: for both compilers;
# thumb: to make clang's importer agree with them.
thumb=()
case "$architecture" in
armhf)
    triple=armv7-none-none-eabihf
    modules=armv7-none-none-eabi
    gnu=arm-linux-gnueabihf
    cpu=(-mcpu=cortex-a7 -mfpu=neon-vfpv4 -mfloat-abi=hard)
    # Thumb code is the denser one.
    thumb=(-Xclang -target-feature -Xclang +thumb-mode)
    ;;
arm64)
    triple=aarch64-none-none-elf
    modules=$triple
    gnu=aarch64-linux-gnu
    cpu=(-mcpu=cortex-a53)
    ;;
amd64)
    triple=x86_64-unknown-none-elf
    modules=$triple
    gnu=x86_64-linux-gnu
    cpu=(-march=x86-64)
    ;;
*)
    echo "$0: unknown architecture '$architecture'" >&2
    exit 2
    ;;
esac

# A cross compiler's C library is in a folder of its own.
include=/usr/include
[ "$architecture" = "$(dpkg --print-architecture)" ] || include=/usr/$gnu/include

# The words as JSON strings, each after `prefix` where it is not empty.
json() {
    local prefix=$1 word list=
    shift
    for word; do
        [ -z "$prefix" ] || list+="\"$prefix\", "
        list+="\"$word\", "
    done
    echo "${list%, }"
}

mkdir -p "$work/modules" "$work/tools" "$work/bin"

# The toolchain names its ARM modules for the soft-float ABI. They hold code before the choice of registers is made, so
# that under the hard-float name they give hard-float code.
for module in Swift Synchronization _Builtin_float _Volatile; do
    mkdir -p "$work/modules/$module.swiftmodule"
    cp "$embedded/$module.swiftmodule/$modules.swiftmodule" "$work/modules/$module.swiftmodule/$triple.swiftmodule"
done

# The ARM archive is marked as soft-float too, which the linker minds; its functions take integers only.
"$gnu-objcopy" --remove-section .ARM.attributes \
    "$embedded/$modules/libswiftUnicodeDataTables.a" "$work/libswiftUnicodeDataTables.a"

# For ARM, clang calls the toolset's linker; for x86-64 it calls a program named gcc.
cat > "$work/tools/gcc" <<END
#!/bin/bash
exec "$PWD/image/release/link.sh" "$gnu-gcc" "$work/libswiftUnicodeDataTables.a" "\$@"
END
chmod +x "$work/tools/gcc"
export PATH=$work/tools:$PATH

# Function sections let the linker drop what is not called.
cat > "$work/toolset.json" <<END
{
  "schemaVersion": "1.0",
  "rootPath": "$swift_bin",
  "swiftCompiler": { "extraCLIOptions": [
    "-enable-experimental-feature", "Embedded", "-wmo", "-Osize", "-Xfrontend", "-function-sections",
    "-I", "$work/modules", $(json -Xcc -isystem "$include" -fno-math-errno "${cpu[@]}" "${thumb[@]}")
  ] },
  "cCompiler": { "extraCLIOptions": [
    $(json "" -target "$gnu" "${cpu[@]}" -isystem "$include" -isystem "/usr/include/$gnu"),
    "-O2", "-fPIC", "-ffunction-sections", "-DTICKOVER_EMBEDDED"
  ] },
  "linker": { "path": "$work/tools/gcc" }
}
END

for program in tickoverd tickover; do
    swift build -c release --triple "$triple" --toolset "$work/toolset.json" \
        --scratch-path "$work/build" --product "$program"
    "$gnu-strip" -o "$work/bin/$program" "$work/build/release/$program"
done
stat --printf '%n: %s bytes\n' "$work"/bin/*
