#include "CLinux/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "address.h"

static int contains(const tko_address *addresses, int32_t count, const tko_address *candidate) {
    for (int32_t i = 0; i < count; i++) {
        if (addresses[i].high == candidate->high && addresses[i].low == candidate->low
            && addresses[i].scope == candidate->scope) {
            return 1;
        }
    }
    return 0;
}

static int is_temporary(int failure) {
    // EAI_SYSTEM is a lack of descriptors, memory or the like.
    return failure == EAI_AGAIN || failure == EAI_MEMORY || failure == EAI_SYSTEM;
}

int32_t tko_resolve(const char *host, int32_t family, tko_address *addresses, int32_t capacity, char *reason,
                    int32_t reason_capacity) {
    struct addrinfo hints = {
        .ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_NUMERICHOST,
    };
    struct addrinfo *list = NULL;
    int failure = getaddrinfo(host, NULL, &hints, &list);
    if (failure == EAI_NONAME) {
        hints.ai_flags = 0;
        failure = getaddrinfo(host, NULL, &hints, &list);
    }
    if (failure != 0) {
        const char *text = failure == EAI_SYSTEM ? strerror(errno) : gai_strerror(failure);
        snprintf(reason, (size_t)reason_capacity, "%s", text);
        return is_temporary(failure) ? TKO_RESOLVE_TEMPORARY : TKO_RESOLVE_PERMANENT;
    }
    int32_t count = 0;
    for (struct addrinfo *entry = list; entry && count < capacity; entry = entry->ai_next) {
        tko_address found;
        if (!tko_address_read(&found, entry->ai_addr) || contains(addresses, count, &found)) continue;
        addresses[count++] = found;
    }
    freeaddrinfo(list);
    return count;
}

int32_t tko_resolve_name(const tko_address *address, char *name, int32_t capacity) {
    struct sockaddr_storage storage;
    socklen_t length = tko_address_write(address, &storage);
    int failure = getnameinfo((struct sockaddr *)&storage, length, name, (socklen_t)capacity, NULL, 0, NI_NAMEREQD);
    if (failure == 0) return 0;
    return is_temporary(failure) ? TKO_RESOLVE_TEMPORARY : TKO_RESOLVE_PERMANENT;
}
