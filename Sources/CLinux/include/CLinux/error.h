#ifndef TKO_ERROR_H
#define TKO_ERROR_H

#include <stdint.h>

// Every function of this module that can fail returns a negative errno unless it says otherwise.

/// Writes what strerror(3) says about `code` to `text`, cut to `capacity` octets with the final zero.
void tko_error_text(int32_t code, char *text, int32_t capacity);

// The errno values that the Swift side tells apart; their numbers differ between architectures.
extern const int32_t TKO_EPERM, TKO_ENOENT, TKO_ENOTDIR, TKO_EINTR, TKO_EIO, TKO_ENXIO, TKO_EAGAIN, TKO_EACCES, TKO_EBUSY,
    TKO_ENODEV, TKO_EINVAL, TKO_EFBIG, TKO_ENOSPC, TKO_EROFS, TKO_EPIPE, TKO_ERANGE, TKO_EOPNOTSUPP, TKO_EADDRINUSE,
    TKO_EADDRNOTAVAIL, TKO_ECONNREFUSED, TKO_ETIMEDOUT, TKO_EREMOTEIO, TKO_ENOMEM;

#endif
