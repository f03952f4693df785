#ifndef TKO_SIGNALS_H
#define TKO_SIGNALS_H

#include <stdint.h>

// Bits of what tko_signals_take returns.
static const uint32_t TKO_SIGNAL_INTERRUPT = 1, TKO_SIGNAL_TERMINATE = 2, TKO_SIGNAL_HANGUP = 4;

/// Handles SIGINT, SIGTERM and SIGHUP by noting them and writing an octet to `wake_fd` if it is not negative, and
/// ignores SIGPIPE (sigaction(2)). Calls that wait end with EINTR.
int32_t tko_signals_watch(int32_t wake_fd);

/// The signals that came since the last call.
uint32_t tko_signals_take(void);

/// Puts back the default handling.
void tko_signals_release(void);

/// Ignores SIGPIPE.
void tko_signals_ignore_pipe(void);

#endif
