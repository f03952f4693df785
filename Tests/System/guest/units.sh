# shellcheck shell=sh
# The package's units in a booted systemd, with their sandboxes: what runs when, and as whom. The chip is a simulated one
# that is ten days ahead of whatever clock opens it; the server comes late, with the guest's own clock.

unit() { systemctl show --value --property "$1" "$2"; }
is_active() { systemctl --quiet is-active "$1"; }
no_unit_failed() { [ "$(systemctl --quiet --plain list-units --failed)" = "" ]; }
begun() { unit ActiveEnterTimestampMonotonic "$1"; }
process() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$(unit MainPID tickoverd)/status"; }
journal() { journalctl --quiet --output cat --unit "$1"; }
reports() { journal "$1" | grep -q -e "$2"; }

check "no unit has failed" no_unit_failed
check "the RTC has been loaded" is_active tickover-rtc-load
check "that stepped the clock" reports tickover-rtc-load "^Step  *+864000[.]"
check "time-set.target came after it" is "$(begun tickover-rtc-load) <= $(begun time-set.target)"
check "and the daemon after that" is "$(begun time-set.target) <= $(begun tickoverd)"
check "the daemon runs" is_active tickoverd
check "as its own user" contains "$(process Uid)" "$(id -u tickover)"
check "who may use the bus" contains " $(process Groups)" " $(getent group i2c | cut -d : -f 3) "
check "with CAP_NET_BIND_SERVICE and CAP_SYS_TIME, and nothing else" [ "$(process CapEff)" = 0000000002000400 ]
check "behind a filter of system calls" [ "$(process Seccomp)" = 2 ]
check "the kernel's clock is served, by the RTC" eventually 30 reports tickoverd "clock stepped by 864000[.]"
check "the stratum is that of a local reference" [ "$(query 123 stratum)" = 10 ]
check "its status is systemd's" contains "$(unit StatusText tickoverd)" holdover

systemctl --no-block start tickover-wait-sync
sleep 60
check "an RTC that nobody knows yet does not reach time-sync.target" not is_active time-sync.target
printf '%s\n' "port 11123" "local stratum 1" "allow" "cmdport 0" > /etc/chrony.conf
chronyd -x -u root -f /etc/chrony.conf
check "a time server does" eventually 60 is_active time-sync.target
check "the daemon says so" contains "$(unit StatusText tickoverd)" "synchronised to 127.0.0.1"
check "no later boot begins before now" test -e /var/lib/systemd/timesync/clock

sleep 300
check "the watchdog has had no reason to bark" [ "$(unit NRestarts tickoverd)" = 0 ]
check "the daemon reloads" systemctl reload tickoverd
check "and goes on" is_active tickoverd
check "the daemon stops" systemctl stop tickoverd
check "without a failure" no_unit_failed
check "it leaves what it learned" test -s /var/lib/tickover/rtc
check "the RTC is loaded by that" systemctl restart tickover-rtc-load
journalctl --quiet --output short-monotonic --unit "tickover*" > /tmp/journal.log
