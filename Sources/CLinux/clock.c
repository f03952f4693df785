#include "CLinux/clock.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(time_t) == 8, "time_t must hold the time after 2038");

static tko_time read_clock(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (tko_time){.seconds = now.tv_sec, .nanoseconds = (int32_t)now.tv_nsec};
}

tko_time tko_clock_raw(void) { return read_clock(CLOCK_MONOTONIC_RAW); }

tko_time tko_clock_monotonic(void) { return read_clock(CLOCK_MONOTONIC); }

tko_time tko_clock_real(void) { return read_clock(CLOCK_REALTIME); }

int32_t tko_clock_set_real(tko_time time) {
    struct timespec value = {.tv_sec = time.seconds, .tv_nsec = time.nanoseconds};
    return clock_settime(CLOCK_REALTIME, &value) < 0 ? -errno : 0;
}

void tko_sleep(int64_t nanoseconds) {
    struct timespec duration = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    nanosleep(&duration, NULL);
}

int64_t tko_user_hz(void) {
    long hz = sysconf(_SC_CLK_TCK);
    return hz > 0 ? hz : 100;
}

static int32_t capability_call(long number, struct __user_cap_data_struct *data) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(number, &header, data) < 0 ? -errno : 0;
}

int32_t tko_has_capability(int32_t capability) {
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (capability < 0 || capability >= 32 * _LINUX_CAPABILITY_U32S_3) return -EINVAL;
    int32_t failure = capability_call(SYS_capget, data);
    return failure < 0 ? failure : data[capability / 32].effective >> capability % 32 & 1;
}

int32_t tko_raise_capabilities(void) {
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    int32_t failure = capability_call(SYS_capget, data);
    if (failure < 0) return failure;
    uint32_t raised = 0;
    for (int word = 0; word < _LINUX_CAPABILITY_U32S_3; word++) {
        raised |= data[word].permitted & ~data[word].effective;
        data[word].effective = data[word].permitted;
    }
    // A sandbox that has given all there is may kill whoever asks for more.
    return raised ? capability_call(SYS_capset, data) : 0;
}
