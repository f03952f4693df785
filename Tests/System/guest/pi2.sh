# shellcheck shell=sh
# A boot without network, a time server that appears, and the chip set from it. The chip is a DS1338: its second cannot
# be moved, and where a DS3231 has control, status, aging and temperature it has RAM. The model of
# it mixes the host's time with the guest's, so the guest runs in real time, perhaps on a busy machine, and what takes
# waking up in time is tried again.

insmod /modules/i2c-bcm2835.ko
insmod /modules/i2c-dev.ko
check "the kernel's driver finds the I2C controller" eventually 20 test -e /dev/i2c-1

# As it comes it is no DS3231, and is left alone.
registers() { for address in 7 8 9 10 11 12 13 14 15 16 17 18; do i2cget -y 1 0x68 "$address"; done; }
echo 'rtc ds3231 /dev/i2c-1' > /etc/foreign.conf
i2cset -y 1 0x68 0x12 0x3f
before=$(registers)
check "a chip of another kind is not set" not tickover rtc set --time 2031-05-05T12:00:00Z -c /etc/foreign.conf
check "the message says what it may be" contains "$(tickover rtc read -c /etc/foreign.conf 2>&1)" DS1307
check "none of its registers has changed" [ "$(registers)" = "$before" ]

for register in "0x0e 0x1c" "0x0f 0x00" "0x10 0x00" "0x11 0x19" "0x12 0x40"; do
    # shellcheck disable=SC2086 # register and value
    i2cset -y 1 0x68 $register
done

year() { date +%Y; }
chip_is_right() { near "$(rtc offset_s)" 0 0.1; }
chip_is_a_tenth_ahead() { near "$(rtc offset_s)" 0.1 0.1; }
rtc_shows() { [ "$(rtc "$1")" = "$2" ]; }
rtc_shows_year() { contains "$(rtc time)" "$1-"; }

echo 'rtc ds3231 /dev/i2c-1 address 0x69' > /etc/absent.conf
configure << END
rtc ds3231 /dev/i2c-1
clock kernel
END
check "the guest boots with a clock that is long past" [ "$(year)" = 1970 ]
check "rtc read without a daemon shows the chip's year" eventually 60 rtc_shows_year 2031
check "rtc read shows the temperature" rtc_shows temperature_celsius 25.25
check "rtc read shows a chip that has not stopped" rtc_shows oscillator_stopped false
check "rtc read says that nothing answers at another address" not tickover rtc read -c /etc/absent.conf

check "the kernel's clock is not synchronised yet" not is_synchronised
start_daemon
check "the daemon loads the time from the chip" eventually 60 logged "time loaded from the RTC"
check "the daemon has set the guest's clock" [ "$(year)" = 2031 ]
check "the kernel has been told that its clock is right" is_synchronised
check "the chip and the guest's clock agree" eventually 60 chip_is_right
check "the served time is the RTC's" [ "$(query 123 refid)" = RTC ]
check "the stratum is that of a local reference" [ "$(query 123 stratum)" = 10 ]
check "the served time is the guest's" near "$(query 123 offset_s)" 0 0.1
check "the bound covers a chip that nobody knows yet" is "$(query 123 bound_s) >= 1"
check "the bus and the resolver have threads of their own" [ "$(threads)" -ge 3 ]
check "the daemon ends when it is told to" stop_daemon

# The chip's second begins 0.1 s before the server's, as nearly three seconds are missing.
start_truth 2.9
check "a time server appears" eventually 60 truth_is_served
configure << END
server 127.0.0.1 port 11123 iburst minpoll 3
rtc ds3231 /dev/i2c-1
clock kernel
END
start_daemon
check "the daemon synchronises to it" eventually 120 logged "synchronised to 127.0.0.1"
check "the clock is stepped, as the server is seconds away" logged "clock stepped by 2[.]"
check "the guest's clock follows the server" near "$(query 11123 offset_s)" 0 0.1
check "the stratum is one below the server's" [ "$(query 123 stratum)" = 11 ]
check "the chip is set to the server's time" eventually 180 logged "RTC set"
check "the chip has the server's time now, but for its phase" eventually 60 chip_is_a_tenth_ahead
check "rtc set by the daemon succeeds" eventually 60 tickover rtc set
stop_daemon

# The controller's model has GPIO lines and no interrupts: the line can be had, and no edge comes.
control() { i2cget -y 1 0x68 0x0e; }
configure << END
rtc ds3231 /dev/i2c-1 sqw gpiochip0 18
clock kernel
END
check "INT/SQW gives alarms" [ "$(control)" = 0x1c ]
start_daemon
check "a GPIO line without a square wave is reported" eventually 60 logged "no edge of the square wave"
check "the time is loaded all the same" eventually 60 logged "time loaded from the RTC"
stop_daemon
check "INT/SQW gives alarms again" [ "$(control)" = 0x1c ]

check "rtc set without a daemon succeeds" eventually 60 tickover rtc set --time 2033-02-03T04:05:06Z
check "the chip has the time that was given" eventually 60 rtc_shows_year 2033
