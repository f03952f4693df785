// Preloaded into openntpd: it lives twenty times as fast, as it takes minutes to call itself synchronised, and its
// adjustments of the clock succeed without being made.
#define _GNU_SOURCE
#include <poll.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { haste = 20 };

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        long long nanoseconds = (now->tv_sec * 1000000000LL + now->tv_nsec) * haste;
        now->tv_sec = nanoseconds / 1000000000;
        now->tv_nsec = nanoseconds % 1000000000;
    }
    return result;
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout) {
    struct timespec limit = {.tv_sec = timeout / 1000 / haste, .tv_nsec = timeout / haste % 1000 * 1000000L};
    return ppoll(descriptors, count, timeout < 0 ? NULL : &limit, NULL);
}

int adjtime(const struct timeval *delta, struct timeval *left) {
    (void)delta;
    if (left) *left = (struct timeval){0};
    return 0;
}
