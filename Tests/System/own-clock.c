// Preloaded into a program, gives it a clock of its own, so that it can be a time server for the machine that it runs on:
// OWN_CLOCK_OFFSET seconds away from CLOCK_REALTIME when it starts, from then on OWN_CLOCK_PPM faster than the machine's
// oscillator, whatever happens to CLOCK_REALTIME.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double rate;
static struct timespec real_start, raw_start;

static double number(const char *name) {
    const char *text = getenv(name);
    return text ? atof(text) : 0;
}

static struct timespec sum(struct timespec time, double seconds) {
    double whole = floor(seconds);
    time.tv_sec += (time_t)whole;
    time.tv_nsec += (long)((seconds - whole) * 1e9);
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec += 1;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

__attribute__((constructor)) static void start(void) {
    rate = number("OWN_CLOCK_PPM") * 1e-6;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, &raw_start);
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &real_start);
    real_start = sum(real_start, number("OWN_CLOCK_OFFSET"));
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (clock != CLOCK_REALTIME) return (int)syscall(SYS_clock_gettime, clock, now);
    struct timespec raw;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, &raw);
    double elapsed = (double)(raw.tv_sec - raw_start.tv_sec) + (double)(raw.tv_nsec - raw_start.tv_nsec) * 1e-9;
    *now = sum(real_start, elapsed * (1 + rate));
    return 0;
}

// The kernel's stamps are on CLOCK_REALTIME: the program has to read its clock itself.
int setsockopt(int fd, int level, int option, const void *value, socklen_t length) {
    if (level == SOL_SOCKET && (option == SO_TIMESTAMP || option == SO_TIMESTAMPNS || option == SO_TIMESTAMPING)) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return (int)syscall(SYS_setsockopt, fd, level, option, value, length);
}
