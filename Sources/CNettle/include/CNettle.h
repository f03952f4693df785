#ifndef TKO_NETTLE_H
#define TKO_NETTLE_H

#include <stdint.h>

/// Octets of the longest digest.
#define TKO_LONGEST_DIGEST 32

/// The digest of `key` followed by `message`: 16, 20 and 32 octets. The key may be empty.
void tko_md5(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest);
void tko_sha1(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest);
void tko_sha256(const uint8_t *key, int32_t key_length, const uint8_t *message, int32_t length, uint8_t *digest);

/// AES-CMAC (RFC 4493): 16 octets of key and of digest.
void tko_aes128_cmac(const uint8_t *key, const uint8_t *message, int32_t length, uint8_t *digest);

/// Whether `length` octets are the same; takes as long whatever they are.
int32_t tko_is_equal(const uint8_t *left, const uint8_t *right, int32_t length);

#endif
