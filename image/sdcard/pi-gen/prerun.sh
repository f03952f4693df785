#!/bin/bash -e
# A stage of pi-gen begins with the result of the one before.
if [ ! -d "${ROOTFS_DIR}" ]; then
    copy_previous
fi
