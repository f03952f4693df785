# shellcheck shell=sh
# What the scenarios share. Each check prints a line of its own, "ok - ..." or "not ok - ...", which run.sh counts.

# check DESCRIPTION COMMAND...
check() {
    description=$1
    shift
    if "$@"; then echo "ok - $description"; else echo "not ok - $description"; fi
}

# eventually SECONDS COMMAND... : the command succeeds within that time, tried once a second.
eventually() {
    left=$1
    shift
    until "$@"; do
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        sleep 1
    done
}

not() { ! "$@"; }

# is EXPRESSION : of numbers, by awk.
is() { awk "BEGIN { exit !($1) }"; }

# near VALUE EXPECTED TOLERANCE; no value is near to nothing.
near() {
    [ -n "$1" ] && is "($1) - ($2) <= ($3) && ($2) - ($1) <= ($3)" && return
    echo "# '$1' is not near $2"
    return 1
}

contains() { case "$1" in *"$2"*) ;; *) echo "# '$1' has no '$2'" && return 1 ;; esac; }

# member NAME : the value of that name in the JSON object on standard input.
member() { sed -n "s/.*\"$1\": \"\{0,1\}\([^,}\"]*\).*/\1/p"; }

# query PORT NAME : what the NTP server on that port says.
query() { tickover query 127.0.0.1 --port "$1" --json | member "$2"; }

# rtc NAME : what the chip says.
rtc() { tickover rtc read --json 2>> /tmp/rtc.log | member "$1"; }

logged() { grep -q -e "$1" /tmp/daemon.log; }
lines() { grep -c -e "$1" /tmp/daemon.log; }

# configure : /etc/tickover.conf from standard input, and a new log.
configure() {
    cat > /etc/tickover.conf
    [ ! -e /tmp/daemon.log ] || cat /tmp/daemon.log >> /tmp/earlier.log
    : > /tmp/daemon.log
}

start_daemon() {
    tickoverd -n "$@" >> /tmp/daemon.log 2>&1 &
    daemon=$!
}

stop_daemon() {
    kill "$daemon"
    wait "$daemon"
}

daemon_fails() { ! wait "$daemon"; }

threads() { find "/proc/$daemon/task" -mindepth 1 -maxdepth 1 | wc -l; }

# A server on port 11123 with a clock of its own, OFFSET seconds away from the guest's.
start_truth() {
    mkdir -p /tmp/truth
    cat > /etc/truth.conf << END
clock virtual
rtc simulated offset $1
port 11123
statedir /tmp/truth
END
    tickoverd -n -c /etc/truth.conf > /tmp/truth.log 2>&1 &
}

truth_is_served() { [ "$(query 11123 synchronised)" = true ]; }

# kernel NAME : a line of what adjtimex(2) says.
kernel() { adjtimex | sed -n "s/.*$1: *\([-0-9]*\).*/\1/p"; }

is_synchronised() { is "int($(kernel status) / 64) % 2 == 0"; }

finish() {
    for log in /tmp/*.log; do sed "s|^|# ${log##*/}: |" "$log"; done
    echo finished
    [ ! -e /modules/bcm2835_wdt.ko ] || insmod /modules/bcm2835_wdt.ko
    reboot -f
}
