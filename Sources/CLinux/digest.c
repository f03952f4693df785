#include "CLinux/digest.h"

#include <nettle/md5.h>

void tko_md5(const uint8_t *bytes, int32_t length, uint8_t *digest) {
    struct md5_ctx context;
    md5_init(&context);
    md5_update(&context, (size_t)length, bytes);
    md5_digest(&context, MD5_DIGEST_SIZE, digest);
}
