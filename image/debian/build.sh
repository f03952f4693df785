#!/bin/bash
# Makes the Debian package of the release build: build.sh armhf|arm64|amd64, into .build/debian.
#
# The manual is what this machine's release build says of itself, so that has to be there as well.
set -euo pipefail

cd "$(dirname "$0")/../.."
architecture=${1:?usage: build.sh armhf|arm64|amd64}
native=$(dpkg --print-architecture)
stage=$PWD/.build/debian/$architecture
version=$(sed -n 's/.*number = "\(.*\)"$/\1/p' Sources/ProgramSupport/Version.swift)
# The same commit gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

changelog() {
    cat << END
tickover ($version-1) unstable; urgency=medium

  * See changelog.gz beside this file.

 -- $(sed -n 's/^Maintainer: //p' image/debian/control)  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
}

rm -rf "$stage"
mkdir -p "$stage/bin" "$stage/man"
cp -r image/debian systemd CHANGELOG.md "$stage"
cp ".build/$architecture/bin/tickover" ".build/$architecture/bin/tickoverd" "$stage/bin"
cp systemd/sysusers.d/tickover.conf "$stage/debian/tickover.sysusers"
cp systemd/tmpfiles.d/tickover.conf "$stage/debian/tickover.tmpfiles"
cp systemd/rules.d/60-tickover.rules "$stage/debian/tickover.udev"
changelog > "$stage/debian/changelog"
image/debian/manual.sh ".build/$native/bin" "$stage/man"

cd "$stage"
dpkg-buildpackage -a "$architecture" -b -d -us -uc
stat --printf '%n: %s bytes\n' "../tickover_$version-1_$architecture.deb"
