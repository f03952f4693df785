#!/bin/bash
# The part of test.sh that runs in the tree: /older.deb and /new.deb are two versions of the package.
set -euo pipefail

fail() {
    echo "$*" >&2
    exit 1
}

is_gone() {
    local path
    for path; do [ ! -e "$path" ] || fail "$path is left"; done
}

links=/etc/systemd/system
administrator="rtc simulated offset 0.1"

install() {
    dpkg -i /older.deb
    id -nG tickover | grep -qw i2c || fail "the user is not in the group i2c"
    [ "$(stat -c %U:%a /var/lib/tickover)" = tickover:755 ] || fail "/var/lib/tickover is not the daemon's"
    [ -L $links/multi-user.target.wants/tickoverd.service ] || fail "the daemon is not enabled"
    [ -L $links/sysinit.target.wants/tickover-rtc-load.service ] || fail "loading the RTC is not enabled"
    is_gone $links/time-sync.target.wants
    tickover check-config
    [ "$(readlink -f /usr/bin/ntpq)" = /usr/bin/tickover ] || fail "there is no ntpq"
}

# Where another package brings /usr/bin/ntpq, as ntpsec does, it stays that.
leave_others() {
    dpkg -r tickover
    echo another > /usr/bin/ntpq
    dpkg -i /older.deb
    [ "$(cat /usr/bin/ntpq)" = another ] || fail "another ntpq is lost"
    dpkg -r tickover
    [ "$(cat /usr/bin/ntpq)" = another ] || fail "removal took another ntpq"
    rm /usr/bin/ntpq
    dpkg -i /older.deb
}

upgrade() {
    printf '%s\n' "$administrator" "clock virtual" >> /etc/tickover.conf
    echo 1.5 > /var/lib/tickover/drift
    dpkg -i /new.deb
    grep -qx "$administrator" /etc/tickover.conf || fail "the administrator's configuration is lost"
    [ "$(cat /var/lib/tickover/drift)" = 1.5 ] || fail "the state is lost"
    dpkg-query --show --showformat '${Status}' tickover | grep -qx "install ok installed"
}

# As the unit does it. qemu-user cannot run threads of all processors' programs.
use() {
    setpriv --reuid=tickover --regid=tickover --init-groups --bounding-set=-all,+net_bind_service \
        --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service -- \
        tickoverd -n -g --single-thread 2> /log &
    local daemon=$! tries
    for tries in {1..60}; do
        tickover status > /status 2>&1 && grep -q '^State *holdover by the RTC' /status && break
        [ "$tries" -lt 60 ] || fail "the daemon does not serve: $(cat /status /log)"
        sleep 1
    done
    tickover query 127.0.0.1 | grep -q '^Stratum *10, reference RTC' || fail "no reply"
    ntpq -pn | grep -q '^\*RTC(0) ' || fail "ntpq shows no RTC"
    tickover rtc read | grep -q '^OSF *clear' || fail "the simulated chip cannot be read"
    kill "$daemon"
    wait "$daemon" || fail "the daemon failed: $(cat /log)"
    [ -s /var/lib/tickover/rtc ] || fail "the daemon kept no state"
    tickover rtc read > /dev/null || fail "the simulated chip cannot be read without the daemon"
    if tickover rtc load 2> /log; then fail "the clock could be set"; fi
    grep -q 'the RTC says .* CAP_SYS_TIME$' /log || fail "$(cat /log)"
}

# systemd-analyze ends well also on what it only warns of.
verify_units() {
    local output
    [ -x /usr/bin/systemd-analyze ] || return 0
    output=$(systemd-analyze verify --man=no /lib/systemd/system/tickover*.service 2>&1) || fail "$output"
    [ -z "$output" ] || fail "$output"
    # What is left is the network, steering the kernel's clock and the bus, without being root.
    is_exposed_less_than 23 tickoverd
    is_exposed_less_than 20 tickover-rtc-load
    is_exposed_less_than 10 tickover-wait-sync
}

is_exposed_less_than() {
    systemd-analyze security --offline=true --threshold="$1" "/lib/systemd/system/$2.service" > /exposure ||
        fail "$(cat /exposure)"
    tail -n 1 /exposure
}

remove() {
    dpkg -r tickover
    is_gone /usr/sbin/tickoverd /usr/bin/tickover /usr/bin/ntpq /etc/alternatives/ntpq /lib/systemd/system/tickoverd.service
    [ -e /etc/tickover.conf ] || fail "removal took the configuration"
    [ -e /var/lib/tickover/rtc ] || fail "removal took the state"
}

purge() {
    dpkg -P tickover
    is_gone /etc/tickover.conf /etc/apparmor.d/usr.sbin.tickoverd /var/lib/tickover \
        $links/multi-user.target.wants/tickoverd.service $links/sysinit.target.wants/tickover-rtc-load.service
}

install
leave_others
upgrade
use
verify_units
remove
purge
