#include "CNettle.h"

#include <nettle/cmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

void tko_md5(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest) {
    struct md5_ctx context;
    md5_init(&context);
    md5_update(&context, (size_t)key_length, key);
    md5_update(&context, (size_t)length, message);
    md5_digest(&context, MD5_DIGEST_SIZE, digest);
}

void tko_sha1(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest) {
    struct sha1_ctx context;
    sha1_init(&context);
    sha1_update(&context, (size_t)key_length, key);
    sha1_update(&context, (size_t)length, message);
    sha1_digest(&context, SHA1_DIGEST_SIZE, digest);
}

void tko_sha256(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest) {
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, (size_t)key_length, key);
    sha256_update(&context, (size_t)length, message);
    sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
}

void tko_aes128_cmac(const uint8_t *key, const uint8_t *message, int32_t length, uint8_t *digest) {
    struct cmac_aes128_ctx context;
    cmac_aes128_set_key(&context, key);
    cmac_aes128_update(&context, (size_t)length, message);
    cmac_aes128_digest(&context, CMAC128_DIGEST_SIZE, digest);
}

int32_t tko_is_equal(const uint8_t *left, const uint8_t *right, int32_t length) {
    return memeql_sec(left, right, (size_t)length);
}
