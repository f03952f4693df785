#ifndef CUSE_H
#define CUSE_H

#include <stdint.h>

enum { CUSE_TRANSFER_LIMIT = 64 };

/// One I2C_RDWR: a write message unless `write_length` is 0, then a read message unless `read_length` is 0.
typedef struct {
    /// Names the request that waits for its answer.
    uint64_t request;
    uint8_t address;
    uint16_t write_length;
    uint16_t read_length;
    uint8_t written[CUSE_TRANSFER_LIMIT];
} cuse_transfer;

// What a transfer ended with.
static const int32_t CUSE_DONE = 0;
extern const int32_t CUSE_NOT_ACKNOWLEDGED, CUSE_TIMED_OUT, CUSE_FAULT;

/// Makes the character device /dev/`name`, an I2C adapter as i2c-dev shows one that speaks I2C_RDWR only, and returns
/// the descriptor at which its users' requests arrive; -errno on failure.
int32_t cuse_open(const char *name);

/// Waits for the next request and answers it itself unless it is a transfer: 1 for a transfer, 0 for anything else,
/// -errno.
int32_t cuse_next(int32_t fd, cuse_transfer *transfer);

/// Ends `transfer` with what was read, `read_length` octets, or with one of the failures above.
int32_t cuse_answer(int32_t fd, const cuse_transfer *transfer, int32_t failure, const uint8_t *read);

#endif
