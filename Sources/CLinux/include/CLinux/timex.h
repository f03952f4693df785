#ifndef TKO_TIMEX_H
#define TKO_TIMEX_H

#include <stdint.h>

// ADJ_* bits of `modes`.
static const uint32_t TKO_ADJ_OFFSET = 0x0001, TKO_ADJ_FREQUENCY = 0x0002, TKO_ADJ_MAXERROR = 0x0004,
                      TKO_ADJ_ESTERROR = 0x0008, TKO_ADJ_STATUS = 0x0010, TKO_ADJ_TAI = 0x0080,
                      TKO_ADJ_SETOFFSET = 0x0100, TKO_ADJ_NANO = 0x2000, TKO_ADJ_TICK = 0x4000,
                      TKO_ADJ_OFFSET_SINGLESHOT = 0x8001;

// STA_* bits of `status`.
static const int32_t TKO_STA_PLL = 0x0001, TKO_STA_INS = 0x0010, TKO_STA_DEL = 0x0020, TKO_STA_UNSYNC = 0x0040;

/// `struct timex` of adjtimex(2) in fixed widths, field for field.
typedef struct {
    uint32_t modes;
    int32_t status;
    int64_t offset;
    /// Units of 2^-16 ppm.
    int64_t frequency;
    /// Microseconds.
    int64_t maximum_error;
    /// Microseconds.
    int64_t estimated_error;
    int64_t constant;
    /// Microseconds per 1/USER_HZ second.
    int64_t tick;
    int64_t seconds;
    /// Nanoseconds with ADJ_NANO, otherwise microseconds.
    int64_t subseconds;
    int32_t tai;
} tko_timex;

/// adjtimex(2): returns the clock state (TIME_OK and so on) or a negative errno.
int32_t tko_adjtimex(tko_timex *request);

#endif
