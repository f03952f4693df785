#!/bin/bash
# Boots the SD card image of build.sh in QEMU's Pi 2 and has checks.sh run in it, by a root shell on the serial line. QEMU
# does no firmware's work: it gets kernel, device tree and command line from here, as the firmware would from the card.
# It is the QEMU of the system tests, which has an I2C controller.
set -euo pipefail

cd "$(dirname "$0")/../.."
work=$PWD/.build/sdcard
qemu=$PWD/.build/system-test/qemu
log=$work/console.log

# A card's size is a power of two to QEMU.
make_card() {
    cp --sparse=always "$work/tickover.img" "$work/card.img"
    truncate --size 512M "$work/card.img"
    fdtoverlay -i "$work/boot/bcm2836-rpi-2-b.dtb" -o "$work/card.dtb" "$work/boot/overlays/tickover.dtbo"
}

# With its own loader and libraries QEMU needs no root folder of its own. The guest counts instructions, 8 ns each, as time,
# and skips what it sleeps through, so that systemd's time-outs are the guest's and a busy machine makes nothing late. The
# network is QEMU's, with a DHCP server and no way out. The watchdog stays off: QEMU resets the machine when it is started,
# not when it ran out.
boot() {
    local libraries
    libraries=$qemu/usr/lib/$(uname -m)-linux-gnu
    QEMU_MODULE_DIR=$libraries/qemu timeout 1800 \
        "$qemu"/usr/lib64/ld-linux-*.so.* --library-path "$libraries" \
        "$qemu/usr/bin/qemu-system-arm" -L "$qemu/usr/share/qemu" -M raspi2b -accel tcg -nodefaults -display none \
        -serial stdio -no-reboot -icount shift=3,sleep=off -rtc base=2031-05-05T12:00:00,clock=vm \
        -device ds1338,bus=i2c-bus.1,address=0x68 -netdev user,id=lan,restrict=on -device usb-net,netdev=lan \
        -drive "file=$work/card.img,if=sd,format=raw" -kernel "$work/boot/vmlinuz" -initrd "$work/boot/initrd.img" \
        -dtb "$work/card.dtb" \
        -append "$(cat "$work/boot/cmdline.txt") console=ttyAMA0 systemd.watchdog_sec=0 \
            systemd.debug_shell=ttyAMA0 systemd.mask=serial-getty@ttyAMA0.service"
}

# What is typed into the shell.
type_checks() {
    echo "exec sh"
    echo "stty -echo; cat > /run/checks << 'END OF CHECKS'"
    cat image/sdcard/checks.sh
    echo "END OF CHECKS"
    echo "echo; sh /run/checks"
}

# Types the checks when the shell is there, and shows what comes of them.
converse() {
    local line
    coproc boot
    while IFS= read -r line; do
        line=${line//$'\r'/}
        echo "$line" >> "$log"
        case "$line" in
        *"Reached target"*"multi-user.target"*) type_checks >&"${COPROC[1]}" ;;
        "ok - "* | "not ok - "* | "# "*) echo "$line" ;;
        esac
    done <&"${COPROC[0]}"
}

make_card
: > "$log"
began=$SECONDS
converse
passed=$(grep -c '^ok - ' "$log" || true)
failed=$(grep -c '^not ok - ' "$log" || true)
grep -qx 'finished' "$log" || {
    echo "not ok - all checks were made"
    failed=$((failed + 1))
}
echo "$((SECONDS - began)) s; the console is in $log"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
