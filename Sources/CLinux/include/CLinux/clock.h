#ifndef TKO_CLOCK_H
#define TKO_CLOCK_H

#include <stdint.h>

/// A reading of a clock; `nanoseconds` is 0–999,999,999.
typedef struct {
    int64_t seconds;
    int32_t nanoseconds;
} tko_time;

/// CLOCK_MONOTONIC_RAW.
tko_time tko_clock_raw(void);

/// CLOCK_MONOTONIC.
tko_time tko_clock_monotonic(void);

/// CLOCK_REALTIME.
tko_time tko_clock_real(void);

/// Sets CLOCK_REALTIME with clock_settime(2).
int32_t tko_clock_set_real(tko_time time);

/// nanosleep(2) for up to `nanoseconds`; a signal ends it early.
void tko_sleep(int64_t nanoseconds);

/// USER_HZ, in which adjtimex's tick is counted.
int64_t tko_user_hz(void);

/// Whether the process's effective capabilities hold number `capability` (capget(2)): 1, 0 or negative errno.
int32_t tko_has_capability(int32_t capability);

/// Makes all permitted capabilities effective (capset(2), unless they are). Before any thread is started.
int32_t tko_raise_capabilities(void);

#endif
