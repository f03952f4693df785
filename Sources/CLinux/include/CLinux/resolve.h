#ifndef TKO_RESOLVE_H
#define TKO_RESOLVE_H

#include "CLinux/socket.h"

// What tko_resolve returns instead of a count; these are no errno values.
static const int32_t TKO_RESOLVE_TEMPORARY = -1, TKO_RESOLVE_PERMANENT = -2;

/// getaddrinfo(3): the addresses of `host`, numeric or by name, with port 0.
///
/// `family` is 4, 6 or 0 for both. Returns how many were stored, each once, at most `capacity`. On failure `reason`
/// gets gai_strerror's text, cut to `reason_capacity` octets with the final zero.
int32_t tko_resolve(const char *host, int32_t family, tko_address *addresses, int32_t capacity, char *reason,
                    int32_t reason_capacity);

/// getnameinfo(3): the name of `address`, cut to `capacity` octets with the final zero.
///
/// Returns 0, or one of the two above when it has none, or nobody can be asked.
int32_t tko_resolve_name(const tko_address *address, char *name, int32_t capacity);

#endif
