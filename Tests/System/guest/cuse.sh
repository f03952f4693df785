# shellcheck shell=sh
# The whole of a chip's life, and the kernel's clock, against a chronyd that has a clock of its own. The chip is the
# DS3231 of the tests, as /dev/i2c-9.

insmod /modules/fuse.ko
insmod /modules/cuse.ko
export TZDIR=/test/zoneinfo

# serve PORT OFFSET PPM LINES : chronyd on that port, by a clock OFFSET seconds ahead of the guest's and PPM faster than
# the oscillator.
serve() {
    cat > "/etc/chrony-$1.conf" << END
port $1
bindaddress 127.0.0.1
allow
cmdport 0
pidfile /tmp/chronyd-$1.pid
$4
END
    OWN_CLOCK_OFFSET=$2 OWN_CLOCK_PPM=$3 LD_PRELOAD=/lib/own-clock.so \
        chronyd -x -d -U -u root -f "/etc/chrony-$1.conf" 2>> "/tmp/chronyd-$1.log" &
    upstream=$!
}

# start_upstream OFFSET PPM
start_upstream() {
    serve 11123 "$1" "$2" "local stratum 1"
    check "chronyd serves a clock $1 s ahead and $2 ppm fast" eventually 30 truth_is_served
}

stop_upstream() {
    kill "$upstream"
    wait "$upstream"
}

# chip COMMAND : does it to the chip, and prints chip − guest's clock in seconds.
chip() {
    echo "$1" >&3
    read -r answer <&4
    echo "$answer"
}

# It loses 30 ppm to chronyd's clock.
chip_is_right() { near "$(rtc offset_s)" 0 0.05; }
clock_is_right() { near "$(query 11123 offset_s)" 0 0.001; }

announces_insertion() { [ "$(query "$1" leap)" = insertion ]; }

configure_upstream() {
    configure << END
server 127.0.0.1 port 11123 iburst minpoll 3 maxpoll 4
rtc ds3231 /dev/i2c-9
clock kernel
END
}

mkfifo /tmp/commands /tmp/answers
exec 3<> /tmp/commands 4<> /tmp/answers
chip-server i2c-9 < /tmp/commands > /tmp/answers 2> /tmp/chip.log &
check "the chip's bus appears" eventually 10 test -e /dev/i2c-9

# The oscillator-stop flag.
configure << END
rtc ds3231 /dev/i2c-9
clock kernel
END
start_daemon
check "a chip that was never set is refused" eventually 30 logged "oscillator has stopped"
check "nothing is served from it: kiss code INIT" [ "$(query 123 refid)" = INIT ]
check "the kernel is not told that its clock is right" not is_synchronised
stop_daemon

# Step.
start_upstream 3600 30
configure_upstream
start_daemon
check "an hour is too much without -g" eventually 60 logged "beyond the panic limit"
check "the daemon ends with a failure then" daemon_fails
check "the clock has been left alone" near "$(query 11123 offset_s)" 3600 1
configure_upstream
start_daemon -g
check "with -g the clock is stepped" eventually 60 logged "clock stepped by 3600[.]"
check "by one step, to within a millisecond" near "$(query 11123 offset_s)" 0 0.001

check "rtc set makes the chip good" tickover rtc set
check "the oscillator-stop flag is clear then" [ "$(rtc oscillator_stopped)" = false ]

# Discipline.
sleep 1800
check "after half an hour the clock is right to 0.1 ms" near "$(query 11123 offset_s)" 0 0.0001
check "the kernel runs at the server's rate" near "$(kernel freq.adjust) / 65536" 30 1
check "the tick is the nominal one" [ "$(kernel tick)" = 10000 ]
check "the kernel is told that its clock is right" is_synchronised
check "its maximum error is sane" is "$(kernel maxerror) > 0 && $(kernel maxerror) < 100000"
check "its estimated error is below that" is "$(kernel esterror) <= $(kernel maxerror)"
check "the clock was stepped once only" [ "$(lines stepped)" = 1 ]

# The phase of the write.
tickover rtc set
check "the second that is written begins with UTC's" near "$(chip offset)" 0 0.002
check "rtc read finds it as near as it says" near "$(rtc offset_s)" "$(chip offset)" "$(rtc uncertainty_s)"

# What other software leaves in registers that the time does not need: weekday 0, and the century bit in May.
before=$(lines 'RTC')
chip "register 3 0" > /dev/null
chip "register 5 133" > /dev/null
check "a chip without a weekday has the time" chip_is_right
check "and is of this century" contains "$(rtc time)" 2031-05
sleep 300
check "the daemon has nothing against it" [ "$(lines 'RTC')" = "$before" ]

# Somebody else sets the clock.
steps=$(lines stepped)
for seconds in 100 -3600; do
    date -s "@$(($(date +%s) + seconds))" > /dev/null
    check "a clock that is wrong is not served" [ "$(query 123 synchronised)" = false ]
    check "a clock that is $seconds s off is put right" eventually 120 clock_is_right
    check "and served" [ "$(query 123 stratum)" = 2 ]
done
check "the log says who did it, each time" [ "$(lines 'somebody else has set the clock')" = 2 ]
check "by one step each" [ "$(lines stepped)" = $((steps + 2)) ]

# Unplugging.
chip unplug > /dev/null
check "an unplugged chip is reported" eventually 120 logged "nothing answers at the address"
check "rtc read fails" not tickover rtc read
check "the time is served all the same" [ "$(query 123 stratum)" = 2 ]
sleep 300
check "it has been reported once" [ "$(lines 'nothing answers')" = 1 ]
chip plug > /dev/null
check "the chip is read again when it is back" eventually 120 chip_is_right
chip stop > /dev/null
check "a chip whose oscillator stopped meanwhile is refused" eventually 120 logged "oscillator has stopped"
check "rtc set makes it good again" tickover rtc set
check "it is right again" chip_is_right

# A server that is wrong, and stays so.
stop_upstream
start_upstream 20 30
check "a server that jumps is not followed at once" eventually 60 logged "has jumped"
check "what is served has not moved" near "$(query 123 offset_s)" 0 0.01
check "nobody contradicts it: it is followed when it has stayed" eventually 900 clock_is_right
stop_daemon
stop_upstream

# Slew.
start_upstream 0.1 30
configure_upstream
start_daemon
check "0.1 s is corrected" eventually 60 logged "synchronised to"
check "by a faster rate" is "$(kernel tick) > 10040"
check "until it has gone" eventually 120 clock_is_right
check "without a step" not logged stepped
stop_daemon
check "the tick is the nominal one when the daemon ends" [ "$(kernel tick)" = 10000 ]
stop_upstream

# Leap second. A chronyd that is only its own reference announces none.
ahead=$(($(date -d '2031-06-30 23:50:00' +%s) - $(date +%s)))
serve 11124 "$ahead" 0 "local stratum 1"
serve 11123 "$ahead" 0 "server 127.0.0.1 port 11124 iburst minpoll 2
leapsectz Guest"
check "chronyd announces a leap second" eventually 60 announces_insertion 11123
configure_upstream
start_daemon -g
check "the daemon follows to the last day of June" eventually 60 logged "clock stepped"
check "it passes the announcement on" announces_insertion 123
check "and has the kernel insert a second" is "int($(kernel status) / 16) % 2 == 1"
midnight=$(date -d '2031-07-01 00:00:00' +%s)
# What is left of the present second comes off.
sleep $((midnight - $(date +%s) - 2))
# Seconds of Unix time from midnight, and the kernel's state: TIME_INS (1), TIME_OOP (3), TIME_WAIT (4).
seconds=$(
    for _ in $(seq 250); do
        adjtimex | awk -v midnight="$midnight" '/tv_sec/ { s = $2 - midnight } /return value/ { print s, $3 }'
        usleep 10000
    done | uniq | tr '\n' ' '
)
check "the kernel's clock counts 23:59:59, 23:59:60 and 0:00:00" contains "$seconds" "-1 1 -1 3 0 4 "
