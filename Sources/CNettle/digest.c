#include "CNettle.h"

#include <nettle/cmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

// Of `key` followed by `message`.
static void hash(const struct nettle_hash *hash, const uint8_t *key, int32_t key_length, const uint8_t *message,
                 int32_t length, uint8_t *digest) {
    union {
        struct md5_ctx md5;
        struct sha1_ctx sha1;
        struct sha256_ctx sha256;
    } context;
    hash->init(&context);
    hash->update(&context, (size_t)key_length, key);
    hash->update(&context, (size_t)length, message);
    hash->digest(&context, hash->digest_size, digest);
}

void tko_md5(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest) {
    hash(&nettle_md5, key, key_length, message, length, digest);
}

void tko_sha1(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest) {
    hash(&nettle_sha1, key, key_length, message, length, digest);
}

void tko_sha256(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest) {
    hash(&nettle_sha256, key, key_length, message, length, digest);
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
