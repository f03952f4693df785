#include "CLinux/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

// A handler has no argument to reach anything else by.
static _Atomic uint32_t pending;
static _Atomic int32_t wake = -1;

static uint32_t bit(int number) {
    switch (number) {
    case SIGINT: return TKO_SIGNAL_INTERRUPT;
    case SIGTERM: return TKO_SIGNAL_TERMINATE;
    case SIGHUP: return TKO_SIGNAL_HANGUP;
    default: return 0;
    }
}

static void handle(int number) {
    int error = errno;
    atomic_fetch_or(&pending, bit(number));
    int32_t fd = atomic_load(&wake);
    if (fd >= 0) {
        char octet = 0;
        // A full pipe wakes just as well.
        ssize_t ignored = write(fd, &octet, 1);
        (void)ignored;
    }
    errno = error;
}

static int32_t set_handler(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

static int32_t set_all(void (*handler)(int)) {
    int32_t failure = set_handler(SIGINT, handler);
    if (failure == 0) failure = set_handler(SIGTERM, handler);
    if (failure == 0) failure = set_handler(SIGHUP, handler);
    return failure;
}

int32_t tko_signals_watch(int32_t wake_fd) {
    atomic_store(&wake, wake_fd);
    tko_signals_ignore_pipe();
    // Whoever started the process may have had them blocked.
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &watched, NULL);
    return set_all(handle);
}

uint32_t tko_signals_take(void) { return atomic_exchange(&pending, 0); }

void tko_signals_release(void) {
    set_all(SIG_DFL);
    atomic_store(&wake, -1);
}

void tko_signals_ignore_pipe(void) { set_handler(SIGPIPE, SIG_IGN); }
