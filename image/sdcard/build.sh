#!/bin/bash
# Makes the SD card image for the Pi 2 (and 3) from Debian's packages and ours: .build/sdcard/tickover.img.gz, with its
# checksum and a bill of materials. As root, but without loop devices and mounts. The same commit and the same packages of
# Debian give the same image.
#
#   partition 1  FAT: firmware, kernel, and the configuration that the user edits
#   partition 2  squashfs: everything else, read-only
#   partition 3  ext4: what Tickover and systemd remember
set -euo pipefail

cd "$(dirname "$0")/../.."
source=$PWD/image/sdcard
work=$PWD/.build/sdcard
root=$work/root
boot=$work/boot
version=$(sed -n 's/.*number = "\(.*\)"$/\1/p' Sources/ProgramSupport/Version.swift)
package=.build/debian/tickover_$version-1_armhf.deb
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

packages=systemd-sysv,systemd-resolved,dbus,udev,kmod,iproute2,netbase,e2fsprogs,zstd,libi2c0,libnettle8
packages+=,linux-image-armmp,initramfs-tools,raspi-firmware,openssh-server,i2c-tools

# Debian's part, which takes minutes under the emulator, is kept for the next time.
make_base() {
    [ ! -e "$work/base.tar" ] || return 0
    image/apt-sources.sh armhf main non-free-firmware |
        mmdebstrap --mode=root --variant=minbase --architectures=armhf --include="$packages" \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
            --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
            --hook-directory="$source/hooks" \
            bookworm "$work/new.tar" -
    mv "$work/new.tar" "$work/base.tar"
}

install_tickover() {
    rm -rf "$root"
    mkdir "$root"
    tar -C "$root" -xf "$work/base.tar"
    cp "$1" "$root/tickover.deb"
    chroot "$root" dpkg -i /tickover.deb
    rm "$root/tickover.deb"
}

configure() {
    cp -r "$source/root/." "$root"
    # The places to mount at; the package makes its own only where systemd-tmpfiles runs.
    mkdir -p "$root/state" "$root/var/lib/tickover"
    # Each card makes its own.
    rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/apt/sources.list
    : > "$root/etc/machine-id"
    ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
    ln -sf /boot/firmware/tickover.conf "$root/etc/tickover.conf"
    chroot "$root" systemctl enable systemd-networkd systemd-resolved tickover-screen tickoverd tickover-rtc-load
    chroot "$root" systemctl mask systemd-timesyncd apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        getty@tty1 systemd-machine-id-commit
    rm -rf "$root"/var/cache/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/tmp/*
}

# What the firmware reads goes to the FAT partition; the root does not need it.
take_boot() {
    rm -rf "$boot"
    mkdir "$boot"
    cp "$root"/boot/firmware/{bootcode.bin,start_cd.elf,fixup_cd.dat} "$boot"
    cp "$root"/usr/lib/linux-image-*/bcm283[67]-*.dtb "$boot"
    cp "$root"/boot/vmlinuz-* "$boot/vmlinuz"
    cp "$root"/boot/initrd.img-* "$boot/initrd.img"
    mkdir "$boot/overlays"
    hardware/overlay.sh "$boot/overlays/tickover.dtbo"
    cp "$source"/boot/* "$boot"
    sed -i 's/$/\r/' "$boot/README.txt" "$boot/tickover.conf"
    rm -rf "${root:?}"/boot "$root"/vmlinuz* "$root"/initrd.img*
    mkdir -p "$root/boot/firmware"
    find "$boot" -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
}

make_file_systems() {
    mksquashfs "$root" "$work/root.squashfs" -quiet -no-progress -noappend -comp zstd -Xcompression-level 9
    rm -f "$work/boot.vfat" "$work/state.ext4"
    truncate --size 64M "$work/boot.vfat"
    mkfs.vfat --invariant -F 32 -n TICKOVER "$work/boot.vfat" > /dev/null
    mcopy -s -m -i "$work/boot.vfat" "$boot"/* ::
    E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -t ext4 -L tickover-state \
        -U 7469636b-6f76-6572-0000-000000000003 -E hash_seed=7469636b-6f76-6572-0000-000000000004 \
        "$work/state.ext4" 32M
}

make_image() {
    rm -rf "$work/genimage"
    genimage --config "$source/genimage.cfg" --rootpath "$work/genimage" --tmppath "$work/genimage" \
        --inputpath "$work" --outputpath "$work" > "$work/genimage.log" 2>&1 || {
        cat "$work/genimage.log" >&2
        return 1
    }
    gzip --force --keep --no-name "$work/tickover.img"
    image/sdcard/bill.sh "$root" > "$work/tickover.spdx"
    (cd "$work" && sha256sum tickover.img tickover.img.gz tickover.spdx > SHA256SUMS)
    stat --printf '%n: %s bytes\n' "$work"/tickover.img*
}

mkdir -p "$work"
make_base
install_tickover "$package"
configure
take_boot
make_file_systems
make_image
