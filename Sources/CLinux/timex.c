#include "CLinux/timex.h"

#include <errno.h>
#include <sys/timex.h>

_Static_assert(ADJ_OFFSET == 0x0001 && ADJ_FREQUENCY == 0x0002 && ADJ_MAXERROR == 0x0004 && ADJ_ESTERROR == 0x0008
                   && ADJ_STATUS == 0x0010 && ADJ_TAI == 0x0080 && ADJ_SETOFFSET == 0x0100 && ADJ_NANO == 0x2000
                   && ADJ_TICK == 0x4000 && ADJ_OFFSET_SINGLESHOT == 0x8001 && STA_PLL == 0x0001 && STA_INS == 0x0010
                   && STA_DEL == 0x0020 && STA_UNSYNC == 0x0040,
               "the header's constants are the kernel's");

int32_t tko_adjtimex(tko_timex *request) {
    struct timex timex = {
        .modes = request->modes,
        .offset = request->offset,
        .freq = request->frequency,
        .maxerror = request->maximum_error,
        .esterror = request->estimated_error,
        .status = request->status,
        .constant = request->constant,
        .tick = request->tick,
    };
    timex.time.tv_sec = request->seconds;
    timex.time.tv_usec = request->subseconds;
    int state = adjtimex(&timex);
    if (state < 0) return -errno;
    request->offset = timex.offset;
    request->frequency = timex.freq;
    request->maximum_error = timex.maxerror;
    request->estimated_error = timex.esterror;
    request->status = timex.status;
    request->constant = timex.constant;
    request->tick = timex.tick;
    request->seconds = timex.time.tv_sec;
    request->subseconds = timex.time.tv_usec;
    request->tai = timex.tai;
    return state;
}
