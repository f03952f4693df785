# shellcheck shell=sh
# A bus on which every transfer hangs for a second and fails: it costs one line, and no reply waits for it.

insmod /modules/i2c-bcm2835.ko
insmod /modules/i2c-dev.ko
check "the kernel's driver is there" eventually 20 test -e /dev/i2c-1
date -s '2031-05-05 12:00:00' > /dev/null

configure << END
server 127.0.0.1 port 11123 iburst minpoll 3
rtc ds3231 /dev/i2c-1
clock kernel
END

# What rtc read says goes on for as long as the transfer hangs.
answers_while_hanging() {
    tickover rtc read 2>> /tmp/rtc.log &
    reading=$!
    for _ in 1 2 3 4 5; do [ -n "$(query 123 "$1")" ] || return 1; done
    ! wait "$reading"
}

start_daemon
check "the daemon says that transfers time out" eventually 60 logged "timed out"
check "there is no time: kiss code INIT" [ "$(query 123 refid)" = INIT ]
check "stratum 0" [ "$(query 123 stratum)" = 0 ]
check "replies go on while the bus hangs, and rtc read fails" answers_while_hanging stratum
start_truth 0
check "the daemon synchronises to a server without the chip" eventually 120 logged "synchronised to 127.0.0.1"
check "it serves the server's time" [ "$(query 123 stratum)" = 11 ]
check "rtc set fails" not tickover rtc set
check "replies go on while the bus hangs, also in sync" answers_while_hanging stratum
sleep 60
check "the trouble has been reported once" [ "$(lines 'timed out')" = 1 ]
check "the daemon ends while the bus is dead" stop_daemon
