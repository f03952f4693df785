#ifndef TKO_EDGE_H
#define TKO_EDGE_H

#include <stdint.h>

#include "CLinux/clock.h"

/// Requests a line of a GPIO character device like /dev/gpiochip0 as an input with pull-up (GPIO_V2_GET_LINE_IOCTL): a
/// non-blocking descriptor that queues the stamps of its falling edges. -EBUSY when somebody else has the line.
int32_t tko_gpio_request(const char *path, uint32_t line);

/// Takes the oldest stamp of CLOCK_MONOTONIC off the queue: 1, or 0 if there is none.
int32_t tko_gpio_take(int32_t fd, tko_time *stamp);

/// Opens a PPS source like /dev/pps0, and makes it capture the edges that it calls clear, or else those that it calls
/// assert. -EPERM when it does not, and changing that takes CAP_SYS_TIME.
int32_t tko_pps_open(const char *path, int32_t clear);

/// Waits up to `nanoseconds` for any edge, not at all if it is 0, then gets the last one of the kind that was opened for
/// (PPS_FETCH): its stamp of CLOCK_REALTIME and its number, which is 0 before the first. -ETIMEDOUT without an edge while
/// it waited.
int32_t tko_pps_fetch(int32_t fd, int32_t clear, int64_t nanoseconds, tko_time *stamp, uint32_t *number);

#endif
