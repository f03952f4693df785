#!/bin/bash
# What serving costs: Tickover beside other servers and a floor in C, each with a network of its own, in turns.
#
# Needs root, `make deb-ARCHITECTURE`'s programs and `.ci/dependencies peers`. The servers have no power over the clock. Each
# is on one processor, the load on another. How much more two threads answer than one is measured on two processors.
set -euo pipefail

cd "$(dirname "$0")/.."
repository=$PWD
work=$PWD/.build/bench
peers=$PWD/.build/peers
architecture=$(dpkg --print-architecture)
rounds=60
requests=9600
burst=64
clients=1000
crowd=5000
waiting=512
idle=60

fail() {
    echo "$0: $*" >&2
    exit 1
}

# Everything runs in namespaces of its own, as root who cannot set the clock; what is written below /run and /var/lib is
# gone afterwards.
isolate() {
    [ "$(id -u)" = 0 ] || fail "network namespaces need root"
    [ -x "$peers/usr/sbin/chronyd" ] || fail "run .ci/dependencies peers"
    [ "$(nproc)" -ge 2 ] || fail "two processors are needed"
    exec setpriv --bounding-set=-sys_time --inh-caps=-sys_time -- \
        unshare -mpf --mount-proc --kill-child /bin/bash "$repository/Benchmarks/run.sh" isolated
}

# CAP_SYS_TIME is bit 25.
refuse_power_over_the_clock() {
    local mask
    mask=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
    [ $((0x$mask >> 25 & 1)) = 0 ] || fail "this shell could set the clock"
}

make_places() {
    mkdir -p "$work"
    mount -t tmpfs tmpfs /var/lib
    mount -t tmpfs tmpfs /run
    mkdir -p /var/lib/tickover /var/lib/ntpsec /var/lib/openntpd/{run,db} /run/openntpd
    # The user that openntpd becomes.
    { cat /etc/passwd; echo 'ntpd:x:65534:65534::/run/openntpd:/bin/false'; } > /run/passwd
    mount --bind /run/passwd /etc/passwd
    for program in load floor; do
        cc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -s -o "$work/$program" "Benchmarks/$program.c"
    done
}

write_configurations() {
    printf 'port 123\nallow\nlocal stratum 3\ncmdport 0\npidfile /run/chronyd.pid\n' > /run/chrony.conf
    printf 'tos orphan 3 orphanwait 1\nunrestrict default limited\n' > /run/ntpsec.conf
    printf 'listen on *\n' > /run/openntpd.conf
    local server
    for server in "${!threads[@]}"; do
        mkdir "/var/lib/tickover/$server"
        printf 'rtc none\nclock virtual\ntos orphan 3 orphanwait 0\nstatedir /var/lib/tickover/%s\nthreads %s\n' \
            "$server" "${threads[$server]}" > "/run/$server.conf"
    done
}

servers=(floor chrony ntpsec openntpd tickover threaded)
declare -A programs=(
    [floor]=$work/floor
    [chrony]=$peers/usr/sbin/chronyd
    [ntpsec]=$peers/usr/sbin/ntpd
    [openntpd]=$peers/openntpd/usr/sbin/openntpd
)
declare -A arguments=(
    [floor]='123'
    [chrony]='-U -u root -x -d -f /run/chrony.conf'
    [ntpsec]='-n -c /run/ntpsec.conf'
    [openntpd]='-d -f /run/openntpd.conf'
)
# Each tickoverd has a folder of its own.
declare -A threads=([tickover]=0 [threaded]=1 [one]=1 [two]=2)
for server in "${!threads[@]}"; do
    programs[$server]=$repository/.build/$architecture/bin/tickoverd
    arguments[$server]="-n -c /run/$server.conf"
done
declare -A keepers namespaces figures

# In the network of a server.
beside() {
    local server=$1
    shift
    nsenter -t "${keepers[$server]}" -n taskset -c 1 "$@"
}

# start SERVER PROCESSORS : and how many milliseconds it takes to its first reply.
start() {
    local server=$1 processors=$2 libraries words began first
    libraries=$peers/usr/lib/$(uname -m)-linux-gnu:$peers/lib/$(uname -m)-linux-gnu
    read -ra words <<< "${arguments[$server]}"
    unshare -n sleep infinity &
    keepers[$server]=$!
    while [ "$(readlink "/proc/$!/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
    namespaces[$server]=$(readlink "/proc/$!/ns/net")
    beside "$server" ip link set lo up
    beside "$server" "$work/load" first 123 > "$work/first" &
    local probe=$!
    sleep 0.1
    began=$EPOCHREALTIME
    LD_LIBRARY_PATH=$libraries nsenter -t "${keepers[$server]}" -n taskset -c "$processors" \
        "${programs[$server]}" "${words[@]}" > "$work/$server.log" 2>&1 &
    wait "$probe" || fail "$server does not answer: $(cat "$work/$server.log")"
    first=$(cat "$work/first")
    figures[$server,startup]=$(awk "BEGIN { printf \"%.0f\", ($first - $began) * 1000 }")
}

# Of a server's processes and threads, the generator and the network's keeper left out.
files_of() {
    local server=$1 file=$2 process
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/ns/net" 2> /dev/null)" = "${namespaces[$server]}" ] || continue
        [ "${process#/proc/}" != "${keepers[$server]}" ] || continue
        compgen -G "$process/$file"
    done
}

# Nanoseconds on a processor so far.
cpu_time() { files_of "$1" 'task/*/schedstat' | xargs cat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

wakeups() {
    files_of "$1" 'task/*/status' | xargs cat | awk '/^voluntary_ctxt_switches/ { sum += $2 } END { print sum }'
}

# In MB of 2^20 octets.
resident() { files_of "$1" status | xargs cat | awk '/^VmRSS/ { sum += $2 } END { printf "%.1f", sum / 1024 }'; }

# load SERVER REQUESTS CLIENTS : the replies.
load() {
    local replies rest
    read -r replies rest <<< "$(beside "$1" "$work/load" burst 123 "$2" "$burst" "$3")"
    echo "$replies"
}

measure_idleness() {
    local server
    for server in "${servers[@]}"; do figures[$server,wakeups]=$(wakeups "$server"); done
    sleep "$idle"
    for server in "${servers[@]}"; do
        figures[$server,wakeups]=$((($(wakeups "$server") - figures[$server,wakeups]) * 60 / idle))
    done
}

measure_memory() {
    local server
    for server in "${servers[@]}"; do
        figures[$server,resident]=$(resident "$server")
        load "$server" "$crowd" "$crowd" > /dev/null
        figures[$server,crowded]=$(resident "$server")
    done
}

# turn SERVER : what a round of load costs it, in nanoseconds, and its replies.
turn() {
    local before replies
    before=$(cpu_time "$1")
    replies=$(load "$1" "$requests" "$clients")
    echo "$(($(cpu_time "$1") - before)) $replies"
}

# The lowest number of standard input, the lower quartile and the median.
quantiles() {
    sort -n | awk '{ a[NR] = $1 } END { printf "%.3f %.3f %.3f", a[1], a[int((NR + 3) / 4)], a[int((NR + 1) / 2)] }'
}

# A machine's speed changes from one second to the next, so each turn is compared with one of the floor just before.
measure_cost() {
    local server round floor lowest quartile median
    for server in "${servers[@]}"; do : > "$work/$server.costs"; done
    for ((round = 0; round < rounds; round++)); do
        for server in "${servers[@]}"; do
            floor=$(turn floor)
            echo "$floor $(turn "$server")" >> "$work/$server.costs"
        done
    done
    for server in "${servers[@]}"; do
        read -r lowest quartile median <<< "$(awk '$4 > 0 { print $3 / $4 / 1000 }' "$work/$server.costs" | quantiles)"
        figures[$server,cost]=$lowest
        figures[$server,quartile]=$quartile
        read -r lowest quartile median <<< "$(
            awk '$2 > 0 && $4 > 0 { print $3 / $4 / ($1 / $2) }' "$work/$server.costs" | quantiles
        )"
        figures[$server,lower]=$quartile
        figures[$server,median]=$median
        figures[$server,lost]=$(awk -v requests="$requests" '{ lost += requests - $4 } END { print lost }' "$work/$server.costs")
    done
}

# Replies a second to requests that have waited, with nothing else to do for the processors: thousands.
measure_threads() {
    local server process
    for server in one two; do
        start "$server" 0,1
        process=$(files_of "$server" status)
        process=${process//[!0-9]/}
        beside "$server" "$work/load" drain 123 "$rounds" "$waiting" "$process" > "$work/$server.drained"
        read -r figures[$server,highest] figures[$server,quartile] <<< "$(
            awk '{ print $1 / $2 / 1000 }' "$work/$server.drained" | sort -rn |
                awk '{ rate[NR] = $1 } END { printf "%.0f %.0f", rate[1], rate[int((NR + 3) / 4)] }'
        )"
    done
}

# Under strace, which slows the server down, so that every burst finds it at work.
measure_calls() {
    local server replies options process
    for server in "${servers[@]}"; do
        options=()
        for process in $(files_of "$server" status); do options+=(-p "$(basename "$(dirname "$process")")"); done
        strace -c -f -o "$work/$server.calls" "${options[@]}" 2> /dev/null &
        sleep 0.5
        replies=$(load "$server" 6400 "$clients")
        kill -INT $!
        wait $! || true
        figures[$server,calls]=$(awk -v replies="$replies" '/total$/ { printf "%.3f", $4 / replies }' \
            "$work/$server.calls")
    done
}

ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }

row() {
    local title=$1 figure=$2 server
    printf '| %s |' "$title"
    for server in "${servers[@]}"; do printf ' %s |' "${figures[$server,$figure]}"; done
    printf '\n'
}

report() {
    local server
    for server in "${servers[@]}"; do
        figures[$server,size]=$(($(stat -L -c %s "${programs[$server]}") / 1000))
    done
    printf '| |'
    printf ' %s |' "${servers[@]}"
    printf '\n|---|'
    printf -- '---|%.0s' "${servers[@]}"
    printf '\n'
    row 'CPU per reply, µs: lowest' cost
    row 'lower quartile' quartile
    row 'in floors: lower quartile' lower
    row 'median' median
    row "system calls per reply, in bursts of $burst" calls
    row "replies lost of $((rounds * requests))" lost
    row 'resident memory, MB' resident
    row "after $crowd clients" crowded
    row 'start to first reply, ms' startup
    row 'wake-ups a minute, idle' wakeups
    row 'size of the program, kB' size
    printf '\n| thousand replies a second | one thread | two threads | as many times |\n|---|---|---|---|\n'
    rates highest highest
    rates 'upper quartile' quartile
}

rates() {
    local title=$1 one=${figures[one,$2]} two=${figures[two,$2]}
    printf '| %s | %s | %s | %s |\n' "$title" "$one" "$two" "$(ratio "$two" "$one")"
}

[ "${1-}" = isolated ] || isolate
refuse_power_over_the_clock
make_places
write_configurations
for server in "${servers[@]}"; do start "$server" 0; done
measure_idleness
measure_memory
measure_cost
measure_calls
measure_threads
report
