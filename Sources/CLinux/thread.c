#include "CLinux/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/// getaddrinfo(3) is the deepest thing that runs on these threads; the default of 8 MB counts against memory limits.
enum { stack_size = 256 * 1024 };

struct tko_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

struct start {
    void (*body)(void *);
    void *context;
};

tko_monitor *tko_monitor_create(void) {
    tko_monitor *monitor = calloc(1, sizeof *monitor);
    if (!monitor) return NULL;
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_cond_init(&monitor->condition, NULL);
    return monitor;
}

void tko_monitor_destroy(tko_monitor *monitor) {
    pthread_cond_destroy(&monitor->condition);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor);
}

void tko_monitor_lock(tko_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }
void tko_monitor_unlock(tko_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }
void tko_monitor_wait(tko_monitor *monitor) { pthread_cond_wait(&monitor->condition, &monitor->mutex); }
void tko_monitor_signal(tko_monitor *monitor) { pthread_cond_signal(&monitor->condition); }

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.body(start.context);
    return NULL;
}

int32_t tko_thread_start(void (*body)(void *context), void *context) {
    struct start *start = malloc(sizeof *start);
    if (!start) return -ENOMEM;
    *start = (struct start){.body = body, .context = context};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_size);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, run, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error != 0) free(start);
    return -error;
}
