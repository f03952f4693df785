#!/bin/bash
# Writes the manual pages from what the programs say of themselves and the README says of the configuration:
# manual.sh BIN DESTINATION, where BIN has tickover and tickoverd for this machine.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
bin=$1
destination=$2
version=$("$bin/tickover" --version)
date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%d)

# NAME SECTION TITLE [FILE], the body from standard input.
page() {
    {
        printf '.TH %s %s "%s" "%s"\n.SH NAME\n%s \\- %s\n' "${1^^}" "$2" "$date" "$version" "$1" "$3"
        cat
    } > "$destination/${4:-$1}.$2"
}

# PROGRAM COMMAND [WORD]... : the part of its manual on the command. Under the name `ntpq` the tool is another program.
usage() {
    local file=$1
    [ "$file" != ntpq ] || file=tickover
    (exec -a "$1" "$bin/$file" "${@:3}" --help) | awk -v command="$2" -f "$here/usage.awk"
}

files() {
    cat << 'END'
.SH FILES
.TP
.I /etc/tickover.conf
The configuration; see
.BR tickover.conf (5).
.TP
.I /var/lib/tickover
What is kept across restarts, and the socket on which the daemon answers
.BR tickover (1);
root and the group tickover may use it.
END
}

see_also() {
    printf '.SH SEE ALSO\n'
    printf '.BR %s ,\n' "${@:1:$#-1}"
    printf '.BR %s\n' "${@: -1}"
}

{
    usage tickoverd ""
    files
    see_also 'tickover (1)' 'tickover.conf (5)'
} | page tickoverd 8 "NTP server that keeps the time by a real-time clock"

{
    usage tickover ""
    printf '.SH EACH COMMAND\n'
    for command in status sources query "rtc read" wait-sync check-config simulate; do
        # shellcheck disable=SC2086 # "rtc read" is two words.
        usage tickover "${command% read}" $command
    done
    files
    see_also 'tickoverd (8)' 'tickover.conf (5)'
} | page tickover 1 "look after tickoverd and its real-time clock"

# ntpq.1 may be another package's; which of them is shown is an alternative.
{
    usage ntpq ""
    see_also 'tickover (1)' 'tickoverd (8)'
} | page ntpq 1 "ask NTP servers how they are doing" tickover-ntpq

{
    awk -f "$here/configuration.awk" "$here/../../README.md"
    see_also 'tickoverd (8)' 'tickover (1)'
} | page tickover.conf 5 "configuration of tickoverd"
