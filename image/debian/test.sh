#!/bin/bash
# Checks the packages of .build/debian: test.sh armhf|arm64|amd64... installs, upgrades, uses, removes and purges each in
# a tree of Debian's, other processors' by qemu-user. The trees are kept in .build for the next time.
#
# No network but a loopback of the test's own, no process left behind, and no right over the machine's clock.
set -euo pipefail

cd "$(dirname "$0")/../.."
here=$PWD/image/debian
work=$PWD/.build/debian
native=$(dpkg --print-architecture)

fail() {
    echo "$0: $architecture: $*" >&2
    exit 1
}

make_tree() {
    local packages=libi2c0,libnettle8
    [ -e "$work/tree-$architecture.tar" ] && return
    # The units are verified on this machine's architecture only; systemd takes minutes to install in emulation.
    if [ "$architecture" = "$native" ]; then
        packages+=,systemd
    else
        packages+=,systemd-standalone-sysusers,systemd-standalone-tmpfiles
    fi
    image/apt-sources.sh "$architecture" main |
        mmdebstrap --quiet --variant=minbase --architectures="$architecture" --include="$packages" \
            --dpkgopt=force-unsafe-io bookworm "$work/tree-$architecture.part.tar" -
    mv "$work/tree-$architecture.part.tar" "$work/tree-$architecture.tar"
}

# The package as the release before would have been.
make_older() {
    rm -rf "$work/older-$architecture"
    dpkg-deb -R "$package" "$work/older-$architecture"
    sed -i 's/^Version: .*/Version: 0.0.1-1/' "$work/older-$architecture/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$work/older-$architecture" "$root/older.deb" > /dev/null
}

in_tree() {
    # shellcheck disable=SC2016 # For the inner shell.
    setpriv --bounding-set=-sys_time --inh-caps=-sys_time -- \
        unshare --net --mount --pid --fork --kill-child --mount-proc="$root/proc" \
        bash -c 'ip link set lo up && exec chroot "$@"' bash "$root" "$@"
}

check_reproducible() {
    cp "$package" "$work/first-$architecture.deb"
    "$here/build.sh" "$architecture" > /dev/null 2>&1
    cmp "$work/first-$architecture.deb" "$package" || fail "the same commit gave another package"
}

test_package() {
    package=$(ls "$work"/tickover_*_"$architecture".deb)
    root=$work/root-$architecture
    lintian --allow-root --fail-on error,warning "$package"
    check_reproducible
    make_tree
    rm -rf "$root"
    mkdir -p "$root"
    tar -C "$root" -xf "$work/tree-$architecture.tar"
    cp "$package" "$root/new.deb"
    cp "$here/test-in-tree.sh" "$root"
    make_older
    in_tree bash /test-in-tree.sh
    rm -rf "$root"
}

apparmor_parser --skip-kernel-load --skip-cache "$here/usr.sbin.tickoverd"
for architecture; do
    began=$SECONDS
    test_package
    echo "$architecture: the package installs, works and goes without a trace ($((SECONDS - began)) s)"
done
