#!/bin/sh
# Checks of the booted image, run in it by test.sh.

check() {
    what=$1
    shift
    if "$@" > /run/said 2>&1; then
        echo "ok - $what"
    else
        echo "not ok - $what"
        sed 's/^/# /' /run/said
    fi
}

fails() { ! "$@"; }

# Whether the command's output has the text within half a minute.
says() {
    text=$1
    shift
    for _ in 1 2 3 4 5 6; do
        "$@" 2>&1 | tee /run/words | grep -F -- "$text" && return
        sleep 5
    done
    cat /run/words
    return 1
}

systemctl is-system-running --wait > /dev/null
check "no unit has failed" says "0 loaded units" systemctl list-units --failed
check "tickoverd runs" systemctl is-active tickoverd
check "the clock was loaded from the RTC" systemctl is-active tickover-rtc-load
check "that stepped it" says "Step" journalctl -u tickover-rtc-load
check "its year is the RTC's" says "2031" date
check "the RTC is read by /dev/i2c-1" says "clear" tickover rtc read
check "the bus is set to 400 kHz" says "061a80" \
    od -An -tx4 --endian=big "/proc/device-tree/soc/i2c@7e804000/clock-frequency"
check "time is served from the RTC" says "10, reference RTC" tickover query localhost
check "the configuration on the FAT partition is good" says "0 errors, 0 warnings" tickover check-config
check "the root is read-only" fails touch /usr/file
check "the FAT partition is read-only" fails touch /boot/firmware/file
check "the state is on the card" says "/dev/mmcblk" findmnt -no SOURCE /var/lib/tickover
check "the state is tickover's" says "tickover" stat -c %U /var/lib/tickover
check "an address came by DHCP" says "10.0.2." ip -4 -o address
check "the name is known by mDNS" says "10.0.2." resolvectl query --cache=no tickover.local
check "SSH is off without a key" fails systemctl is-active ssh
check "timesyncd is masked" says "masked" systemctl is-enabled systemd-timesyncd
check "the watchdog is there" test -c /dev/watchdog0
echo finished
systemctl reboot
