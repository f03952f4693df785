#ifndef TKO_THREAD_H
#define TKO_THREAD_H

#include <stdint.h>

/// A mutex and a condition variable.
typedef struct tko_monitor tko_monitor;

/// Null without memory.
tko_monitor *tko_monitor_create(void);
void tko_monitor_destroy(tko_monitor *monitor);
void tko_monitor_lock(tko_monitor *monitor);
void tko_monitor_unlock(tko_monitor *monitor);

/// Waits, with the lock held, until tko_monitor_signal; may return without.
void tko_monitor_wait(tko_monitor *monitor);
void tko_monitor_signal(tko_monitor *monitor);

/// Runs `body(context)` on a detached thread that no signal is delivered to (pthread_create(3)).
int32_t tko_thread_start(void (*body)(void *context), void *context);

#endif
