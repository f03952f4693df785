#include "address.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static const uint64_t v4_prefix = UINT64_C(0xffff00000000);

int tko_address_is_v4(const tko_address *address) {
    return address->high == 0 && (address->low & ~UINT64_C(0xffffffff)) == v4_prefix;
}

void tko_address_set_v4(tko_address *address, const void *octets) {
    uint32_t bits;
    memcpy(&bits, octets, sizeof bits);
    address->high = 0;
    address->low = v4_prefix | be32toh(bits);
}

void tko_address_set_v6(tko_address *address, const void *octets) {
    uint64_t halves[2];
    memcpy(halves, octets, sizeof halves);
    address->high = be64toh(halves[0]);
    address->low = be64toh(halves[1]);
}

void tko_address_octets(const tko_address *address, uint8_t octets[16]) {
    uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
    memcpy(octets, halves, sizeof halves);
}

socklen_t tko_address_write(const tko_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (tko_address_is_v4(address)) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address->port);
        v4->sin_addr.s_addr = htonl((uint32_t)address->low);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address->port);
    v6->sin6_scope_id = address->scope;
    tko_address_octets(address, v6->sin6_addr.s6_addr);
    return sizeof *v6;
}

int tko_address_read(tko_address *address, const struct sockaddr *storage) {
    memset(address, 0, sizeof *address);
    switch (storage->sa_family) {
    case AF_INET: {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)storage;
        tko_address_set_v4(address, &v4->sin_addr);
        address->port = ntohs(v4->sin_port);
        return 1;
    }
    case AF_INET6: {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)storage;
        tko_address_set_v6(address, &v6->sin6_addr);
        address->port = ntohs(v6->sin6_port);
        address->scope = v6->sin6_scope_id;
        return 1;
    }
    default:
        return 0;
    }
}

int32_t tko_prepare_descriptor(int32_t fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) >= 0) return fd;
    int error = errno;
    close(fd);
    return -error;
}
