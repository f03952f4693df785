#!/bin/bash
# Run by mmdebstrap before any package is unpacked: the initial RAM file system gets what a Pi needs to find its root, and
# the watchdog, which systemd opens first.
set -euo pipefail

root=$1
mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/usr/share/initramfs-tools/modules.d"
echo MODULES=list > "$root/etc/initramfs-tools/conf.d/tickover"
printf '%s\n' bcm2835 sdhci_iproc squashfs bcm2835_wdt > "$root/usr/share/initramfs-tools/modules.d/tickover"
