#ifndef TKO_POLL_H
#define TKO_POLL_H

#include <stdint.h>

/// `struct pollfd` of poll(2).
typedef struct {
    int32_t fd;
    int16_t events;
    int16_t happened;
} tko_poll_entry;

// POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL.
static const int16_t TKO_POLL_IN = 1, TKO_POLL_PRIORITY = 2, TKO_POLL_OUT = 4, TKO_POLL_ERROR = 8, TKO_POLL_HANGUP = 16,
                     TKO_POLL_INVALID = 32;

/// poll(2); `milliseconds` below 0 waits for ever. -EINTR when a signal came.
int32_t tko_poll(tko_poll_entry *entries, uint32_t count, int32_t milliseconds);

/// A pipe, both ends non-blocking and close-on-exec.
int32_t tko_pipe(int32_t *read_end, int32_t *write_end);

int32_t tko_close(int32_t fd);

/// read(2) and write(2), retried after a signal: the number of octets.
int32_t tko_read(int32_t fd, uint8_t *bytes, int32_t capacity);
int32_t tko_write(int32_t fd, const uint8_t *bytes, int32_t length);

#endif
