#include "CLinux/edge.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/pps.h>
#include <sys/ioctl.h>
#include <unistd.h>

_Static_assert(sizeof(struct gpio_v2_line_event) == 48, "the kernel's event has no padding of the compiler's");

int32_t tko_gpio_request(const char *path, uint32_t line) {
    int chip = open(path, O_RDWR | O_CLOEXEC);
    if (chip < 0) return -errno;
    struct gpio_v2_line_request request = {
        .offsets = {line},
        .consumer = "tickover",
        .config = {.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_FALLING | GPIO_V2_LINE_FLAG_BIAS_PULL_UP},
        .num_lines = 1,
    };
    int32_t failure = ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0 ? -errno : 0;
    close(chip);
    if (failure < 0) return failure;
    // The kernel has made it close-on-exec.
    if (fcntl(request.fd, F_SETFL, O_RDONLY | O_NONBLOCK) == 0) return request.fd;
    failure = -errno;
    close(request.fd);
    return failure;
}

int32_t tko_gpio_take(int32_t fd, tko_time *stamp) {
    struct gpio_v2_line_event event;
    ssize_t count = read(fd, &event, sizeof event);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (count != sizeof event) return -EIO;
    stamp->seconds = (int64_t)(event.timestamp_ns / 1000000000);
    stamp->nanoseconds = (int32_t)(event.timestamp_ns % 1000000000);
    return 1;
}

static int32_t capture(int fd, int32_t clear) {
    int edge = clear ? PPS_CAPTURECLEAR : PPS_CAPTUREASSERT;
    int possible = 0;
    struct pps_kparams parameters = {0};
    if (ioctl(fd, PPS_GETCAP, &possible) < 0 || ioctl(fd, PPS_GETPARAMS, &parameters) < 0) return -errno;
    if ((possible & edge) == 0) return -EOPNOTSUPP;
    if (parameters.mode & edge) return 0;
    parameters.mode |= edge;
    return ioctl(fd, PPS_SETPARAMS, &parameters) < 0 ? -errno : 0;
}

int32_t tko_pps_open(const char *path, int32_t clear) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -errno;
    int32_t failure = capture(fd, clear);
    if (failure == 0) return fd;
    close(fd);
    return failure;
}

int32_t tko_pps_fetch(int32_t fd, int32_t clear, int64_t nanoseconds, tko_time *stamp, uint32_t *number) {
    struct pps_fdata data = {
        .timeout = {.sec = nanoseconds / 1000000000, .nsec = (int32_t)(nanoseconds % 1000000000)},
    };
    if (ioctl(fd, PPS_FETCH, &data) < 0) return errno == EINTR ? -ETIMEDOUT : -errno;
    const struct pps_ktime *time = clear ? &data.info.clear_tu : &data.info.assert_tu;
    *stamp = (tko_time){.seconds = time->sec, .nanoseconds = time->nsec};
    *number = clear ? data.info.clear_sequence : data.info.assert_sequence;
    return 0;
}
