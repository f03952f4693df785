#!/bin/bash
# Builds the container image from the programs of `image/release/build.sh ARCHITECTURE` and runs it in several ways.
#
# Needs no Docker: buildah builds, on a base image made of Debian packages here; podman runs. Where armhf is foreign it is
# run by qemu-user. No container gets CAP_SYS_TIME, which would be power over this machine's clock.
set -euo pipefail

cd "$(dirname "$0")/../.."
architecture=${1:?usage: test.sh armhf|arm64|amd64}
work=$PWD/.build/container/$architecture
image=localhost/tickover:$architecture
storage=(--root "$work/storage" --runroot "$work/run" --storage-driver overlay)
options=()
case "$architecture" in
armhf)
    platform=linux/arm/v7
    # qemu-user 7.2 crashes on threads of this processor.
    options=(--single-thread)
    ;;
arm64) platform=linux/arm64 ;;
amd64) platform=linux/amd64 ;;
*)
    echo "$0: unknown architecture '$architecture'" >&2
    exit 2
    ;;
esac
passed=0
failed=0

is_native() { [ "$architecture" = "$(dpkg --print-architecture)" ]; }

podman_() {
    setpriv --bounding-set=-sys_time --inh-caps=-sys_time -- \
        podman "${storage[@]}" --log-level fatal --runtime runc --cgroup-manager cgroupfs "$@"
}

# What the Dockerfile takes from a registry, made of Debian's packages.
make_base() {
    local container
    mkdir -p "$work"
    [ -e "$work/base.tar" ] || {
        image/apt-sources.sh "$architecture" main |
            mmdebstrap --quiet --variant=minbase --architectures="$architecture" bookworm "$work/new.tar" -
        mv "$work/new.tar" "$work/base.tar"
    }
    container=$(buildah "${storage[@]}" from --platform "$platform" scratch)
    buildah "${storage[@]}" add -q "$container" "$work/base.tar" /
    buildah "${storage[@]}" commit -q --rm "$container" docker.io/library/debian:bookworm-slim
}

build() {
    buildah "${storage[@]}" bud --isolation chroot --pull-never --format docker --file Dockerfile.armhf \
        --build-arg ARCHITECTURE="$architecture" --build-arg PLATFORM="$platform" \
        --build-context "programs=.build/$architecture/bin" --tag "$image" .
}

check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok: $what"
    else
        failed=$((failed + 1))
        echo "FAILED: $what" >&2
    fi
}

# start NAME OPTION...: a container without any right or network but its own loopback.
start() {
    local name=$1
    shift
    podman_ rm --force --time 1 "$name" > /dev/null 2>&1 || true
    podman_ run --detach --name "$name" --network none --cap-drop ALL --read-only \
        --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 "$@" "$image" -g -n "${options[@]}" > /dev/null
}

# What `tickover` in the container says, once it says TEXT; it gets 30 s.
says() {
    local name=$1 text=$2
    shift 2
    for _ in {1..30}; do
        if podman_ exec "$name" tickover "$@" 2>&1 | tee "$work/said" | grep -F -- "$text" > /dev/null; then return; fi
        sleep 1
    done
    cat "$work/said" >&2
    podman_ logs "$name" >&2
    return 1
}

# Not grep -q, which would leave podman writing to a closed pipe.
logged() { podman_ logs "$1" 2>&1 | grep -F -- "$2" > /dev/null; }

status_field() { [ "$(podman_ exec "$1" sed -n "s/^$2:[[:space:]]*//p" /proc/1/status | tr '\t' ' ')" = "$3" ]; }

ends_well() {
    podman_ stop --time 10 "$1" > /dev/null
    [ "$(podman_ inspect --format '{{.State.ExitCode}}' "$1")" = 0 ]
}

# Docker opens low ports to everybody in a container by this setting.
open_ports=(--sysctl net.ipv4.ip_unprivileged_port_start=0)

test_without_rights() {
    start plain "${open_ports[@]}"
    check "serves with the built-in configuration, no device and no right" says plain "State" status
    check "answers that it has no time yet" says plain "the server is not synchronised" query localhost
    check "says that the clock is a virtual one" logged plain "no CAP_SYS_TIME"
    check "is not root" status_field plain Uid "123 123 123 123"
    check "is healthy" podman_ healthcheck run plain
    check "ends well when stopped" ends_well plain
}

test_configuration() {
    printf 'rtc simulated\r\nrestrict default\r\n' > "$work/ntp.conf"
    start configured "${open_ports[@]}" --volume "$work/ntp.conf:/etc/ntp.conf:ro"
    check "takes a mounted ntp.conf, with a Windows editor's line ends" says configured "simulated DS3231" status
    check "has ntpq" podman_ exec configured ntpq -pn
    check "serves the time of the chip" says configured "10, reference RTC" query localhost
    check "ends well when stopped" ends_well configured
}

# The kernel takes an emulated program's file capabilities from the emulator, so that this shows on a native one only.
test_port_capability() {
    start privileged --cap-add NET_BIND_SERVICE
    check "opens port 123 by CAP_NET_BIND_SERVICE" says privileged "Stratum" query localhost
    check "has that right and no other" status_field privileged CapEff 0000000000000400
}

clean_up() { podman_ rm --force --time 1 --all > /dev/null 2>&1 || true; }

make_base
build
trap clean_up EXIT
check "has a health check" test -n "$(podman_ inspect --format '{{.HealthCheck}}' "$image")"
test_without_rights
test_configuration
if is_native; then test_port_capability; fi
podman_ image inspect --format "$image: {{.Size}} bytes, base included" "$image"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
