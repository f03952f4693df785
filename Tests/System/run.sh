#!/bin/bash
# Runs the programs in emulated machines, where they may set a clock and have a bus: run.sh [pi2|dead-bus|cuse|units]...
#
#   pi2       armhf programs on a Pi 2 of QEMU 10, with Debian's kernel and a DS1338 at the real I2C controller's model
#   dead-bus  the same on QEMU 7.2, which does not model that controller: every transfer times out
#   cuse      this machine's programs on an amd64 kernel: a DS3231 by CUSE, adjtimex, leap second, chronyd
#   units     the amd64 package in a booted systemd
#
# Needs `make armhf deb-amd64`, `swift build` and `.ci/dependencies peers system`. A scenario in guest/ prints its checks; its
# console is kept in .build/system-test/SCENARIO.log.
set -euo pipefail

cd "$(dirname "$0")/../.."
here=$PWD/Tests/System
work=$PWD/.build/system-test
peers=$PWD/.build/peers
passed=0
failed=0

# The guest's root folder, with what all guests have.
make_root() {
    local scenario=$1 architecture=$2 root=$work/$1
    rm -rf "$root"
    mkdir -p "$root"/{bin,dev,etc,lib,lib64,modules,proc,sys,test,tmp}
    cp "$work/$architecture/bin/busybox" "$root/bin/"
    ln -s busybox "$root/bin/sh"
    cp "$here/guest/init" "$root/"
    cp "$here/guest/lib.sh" "$root/test/"
    cp "$here/guest/$scenario.sh" "$root/test/scenario.sh"
}

add_modules() {
    local root=$1 architecture=$2 module
    shift 2
    for module; do
        find "$work/$architecture/lib/modules" -name "$module.ko" -exec cp {} "$root/modules/" \;
    done
}

pack() { (cd "$1" && find . | cpio --quiet -o -H newc | gzip -1 > "$1.gz"); }

make_pi_root() {
    local root=$work/$1 libraries=/lib/arm-linux-gnueabihf library
    make_root "$1" armhf
    cp .build/armhf/bin/* "$root/bin/"
    for library in libc.so.6 libi2c.so.0 libnettle.so.8 ld-linux-armhf.so.3; do
        cp -L "$libraries/$library" "$root/lib/"
    done
    add_modules "$root" armhf i2c-bcm2835 i2c-dev bcm2835_wdt
    pack "$root"
}

# run_pi SCENARIO QEMU...
run_pi() {
    local scenario=$1
    shift
    make_pi_root "$scenario"
    boot "$scenario" "$@" -M raspi2b -kernel "$work"/armhf/boot/vmlinuz-* \
        -dtb "$work"/armhf/usr/lib/linux-image-*/bcm2836-rpi-2-b.dtb \
        -append "console=ttyAMA0,115200 quiet loglevel=1 panic=-1 rodata=off rdinit=/init"
}

run_pi2() {
    local qemu=$work/qemu
    # With its own loader and libraries this QEMU needs no root folder of its own.
    QEMU_MODULE_DIR=$qemu/usr/lib/$(uname -m)-linux-gnu/qemu run_pi pi2 \
        "$qemu"/usr/lib64/ld-linux-*.so.* --library-path "$qemu/usr/lib/$(uname -m)-linux-gnu" \
        "$qemu/usr/bin/qemu-system-arm" -L "$qemu/usr/share/qemu" -device ds1338,bus=i2c-bus.1,address=0x68 \
        -rtc base=2031-05-05T12:00:00
}

run_dead-bus() { run_pi dead-bus qemu-system-arm; }

# The zone Guest: UTC with the leap seconds that there were, and one more.
add_leap_second() {
    {
        grep ^Leap /usr/share/zoneinfo/leapseconds
        echo "Leap 2031 Jun 30 23:59:60 + S"
    } > "$1/leapseconds"
    echo "Zone Guest 0 - UTC" > "$1/zone"
    zic -b fat -L "$1/leapseconds" -d "$1/zoneinfo" "$1/zone"
}

# add_programs ROOT PROGRAM... : of this machine, with their libraries.
add_programs() {
    local root=$1 program
    shift
    cp "$@" "$root/bin/"
    for program; do
        LD_LIBRARY_PATH=$peers/usr/lib/x86_64-linux-gnu:$peers/lib/x86_64-linux-gnu ldd "$program"
    done | grep -o '/[^ ]*' | sort -u | xargs cp -Lt "$root/lib/"
}

run_cuse() {
    local root=$work/cuse binaries
    binaries=$(swift build --show-bin-path)
    make_root cuse amd64
    add_programs "$root" "$binaries"/{tickoverd,tickover,chip-server} "$peers/usr/sbin/chronyd"
    clang -O2 -Wall -Wextra -Werror -shared -fPIC -o "$root/lib/own-clock.so" "$here/own-clock.c"
    mv "$root/lib/ld-linux-x86-64.so.2" "$root/lib64/"
    add_leap_second "$root/test"
    add_modules "$root" amd64 fuse cuse
    pack "$root"
    boot_pc cuse
}

# Debian's tree is the guest's root in memory.
run_units() {
    local root=$work/units
    rm -rf "$root"
    mkdir -p "$root/test"
    tar -C "$root" -xf "$work/systemd.tar"
    cp .build/debian/tickover_*_amd64.deb "$root/tickover.deb"
    chroot "$root" dpkg --install /tickover.deb > "$work/units-install.log"
    printf '%s\n' "server 127.0.0.1 port 11123 iburst minpoll 3" "rtc simulated offset 864000.5" \
        > "$root/etc/tickover.conf"
    add_programs "$root" "$peers/usr/sbin/chronyd"
    cp "$here/guest/lib.sh" "$root/test/"
    cp "$here/guest/units.sh" "$root/test/scenario.sh"
    cat > "$root/etc/systemd/system/checks.service" << 'END'
[Unit]
After=tickoverd.service
[Service]
Type=idle
ExecStart=/bin/sh -c ". /test/lib.sh; . /test/scenario.sh; finish"
StandardOutput=file:/dev/console
StandardError=inherit
END
    ln -s ../checks.service "$root/etc/systemd/system/multi-user.target.wants/"
    pack "$root"
    boot_pc units rdinit=/lib/systemd/systemd
}

# boot_pc SCENARIO ARGUMENT... : the guest counts instructions, 8 ns each, as time, and skips what it sleeps through: half
# an hour costs a second, and a busy machine makes nothing late.
boot_pc() {
    local scenario=$1
    shift
    boot "$scenario" qemu-system-x86_64 -icount shift=3,sleep=off -rtc base=2031-05-05T12:00:00,clock=vm -m 1024 \
        -kernel "$work"/amd64/boot/vmlinuz-* -append "console=ttyS0 quiet loglevel=1 panic=-1 $*"
}

# boot SCENARIO QEMU... : runs the guest and counts its checks.
boot() {
    local scenario=$1 log=$work/$1.log began=$SECONDS
    shift
    timeout 900 "$@" -accel tcg -nodefaults -display none -serial stdio -no-reboot -initrd "$work/$scenario.gz" \
        < /dev/null 2>&1 | sed -u 's/\r//g' > "$log" || true
    grep -aE '^(ok|not ok) - ' "$log" | sed "s/^\(ok\|not ok\) -/$scenario: \1 -/"
    passed=$((passed + $(grep -acE '^ok - ' "$log" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$log" || true)))
    if ! grep -aqx finished "$log"; then
        echo "$scenario: not ok - the guest ends"
        failed=$((failed + 1))
    fi
    echo "$scenario: $((SECONDS - began)) s, console in $log"
}

[ $# -gt 0 ] || set -- pi2 dead-bus cuse units
for scenario; do
    case "$scenario" in
    pi2 | dead-bus | cuse | units) "run_$scenario" ;;
    *)
        echo "$0: unknown scenario '$scenario'" >&2
        exit 2
        ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
