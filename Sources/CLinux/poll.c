#include "CLinux/poll.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <unistd.h>

#include "address.h"

_Static_assert(sizeof(tko_poll_entry) == sizeof(struct pollfd) && offsetof(struct pollfd, events) == 4
                   && offsetof(struct pollfd, revents) == 6,
               "tko_poll_entry is struct pollfd");
_Static_assert(POLLIN == 1 && POLLPRI == 2 && POLLOUT == 4 && POLLERR == 8 && POLLHUP == 16 && POLLNVAL == 32,
               "the header's constants are the kernel's");

int32_t tko_poll(tko_poll_entry *entries, uint32_t count, int32_t milliseconds) {
    int ready = poll((struct pollfd *)entries, count, milliseconds);
    return ready < 0 ? -errno : ready;
}

int32_t tko_pipe(int32_t *read_end, int32_t *write_end) {
    int ends[2];
    if (pipe(ends) < 0) return -errno;
    int32_t failure = tko_prepare_descriptor(ends[0]);
    if (failure < 0) {
        close(ends[1]);
        return failure;
    }
    failure = tko_prepare_descriptor(ends[1]);
    if (failure < 0) {
        close(ends[0]);
        return failure;
    }
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}

int32_t tko_close(int32_t fd) { return close(fd) < 0 ? -errno : 0; }

int32_t tko_read(int32_t fd, uint8_t *bytes, int32_t capacity) {
    ssize_t count;
    do {
        count = read(fd, bytes, (size_t)capacity);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : (int32_t)count;
}

int32_t tko_write(int32_t fd, const uint8_t *bytes, int32_t length) {
    ssize_t count;
    do {
        count = write(fd, bytes, (size_t)length);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : (int32_t)count;
}
