#include "CLinux/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void tko_error_text(int32_t code, char *text, int32_t capacity) {
    if (capacity <= 0) return;
    char scratch[128];
    snprintf(text, (size_t)capacity, "%s", strerror_r(code, scratch, sizeof scratch));
}

const int32_t TKO_EPERM = EPERM, TKO_ENOENT = ENOENT, TKO_ENOTDIR = ENOTDIR, TKO_EINTR = EINTR, TKO_EIO = EIO, TKO_ENXIO = ENXIO, TKO_EAGAIN
              = EAGAIN, TKO_EACCES = EACCES, TKO_EBUSY = EBUSY, TKO_ENODEV = ENODEV, TKO_EINVAL = EINVAL, TKO_EFBIG =
              EFBIG, TKO_ENOSPC = ENOSPC, TKO_EROFS = EROFS, TKO_EPIPE = EPIPE, TKO_ERANGE = ERANGE, TKO_EOPNOTSUPP =
              EOPNOTSUPP, TKO_EADDRINUSE = EADDRINUSE, TKO_EADDRNOTAVAIL = EADDRNOTAVAIL, TKO_ECONNREFUSED =
              ECONNREFUSED, TKO_ETIMEDOUT = ETIMEDOUT, TKO_EREMOTEIO = EREMOTEIO, TKO_ENOMEM = ENOMEM;
