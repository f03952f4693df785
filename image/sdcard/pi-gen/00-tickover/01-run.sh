#!/bin/bash -e
# Installs the package, frees the clock chip from the kernel, and gives the clock to Tickover alone.
install -m 0644 files/tickover_*_armhf.deb "${ROOTFS_DIR}/tmp/tickover.deb"
install -m 0644 files/tickover.dtbo "${ROOTFS_DIR}/boot/firmware/overlays/"
sed -i '/^dtoverlay=i2c-rtc/d' "${ROOTFS_DIR}/boot/firmware/config.txt"
echo 'dtoverlay=tickover' >> "${ROOTFS_DIR}/boot/firmware/config.txt"
on_chroot << END
apt-get install -y /tmp/tickover.deb
apt-get purge -y fake-hwclock
systemctl mask systemd-timesyncd
rm /tmp/tickover.deb
END
