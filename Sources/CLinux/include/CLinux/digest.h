#ifndef TKO_DIGEST_H
#define TKO_DIGEST_H

#include <stdint.h>

/// The 16 octets of the MD5 of `bytes` (libnettle).
void tko_md5(const uint8_t *bytes, int32_t length, uint8_t *digest);

#endif
