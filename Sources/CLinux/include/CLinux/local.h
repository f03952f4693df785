#ifndef TKO_LOCAL_H
#define TKO_LOCAL_H

#include <stdint.h>

// Unix sockets (unix(7)). All are non-blocking and close-on-exec.

/// Listens on a stream socket at `path` with mode 0660. A socket left there that nobody answers on is replaced;
/// -EADDRINUSE when somebody does, or when `path` is no socket.
int32_t tko_local_listen(const char *path);

/// Takes a connection, -EAGAIN when there is none.
int32_t tko_local_accept(int32_t fd);

/// Connects to a stream socket.
int32_t tko_local_connect(const char *path);

/// SO_PEERCRED: the peer's user id.
int32_t tko_local_peer(int32_t fd, uint32_t *user, uint32_t *group);

/// send(2) without SIGPIPE: the number of octets.
int32_t tko_local_send(int32_t fd, const uint8_t *bytes, int32_t length);

/// Sends one datagram to `path`; a leading @ names an abstract socket.
int32_t tko_local_notify(const char *path, const uint8_t *bytes, int32_t length);

#endif
