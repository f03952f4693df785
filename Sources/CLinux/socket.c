#include "CLinux/socket.h"

#include <asm/socket.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "address.h"

static int32_t set_option(int32_t fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

int32_t tko_udp_open(int32_t v6) {
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return -errno;
    fd = tko_prepare_descriptor(fd);
    if (fd < 0 || !v6) return fd;
    int32_t failure = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (failure == 0) return fd;
    close(fd);
    return failure;
}

int32_t tko_udp_bind(int32_t fd, const tko_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = tko_address_write(address, &storage);
    return bind(fd, (struct sockaddr *)&storage, length) < 0 ? -errno : 0;
}

int32_t tko_udp_connect(int32_t fd, const tko_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = tko_address_write(address, &storage);
    return connect(fd, (struct sockaddr *)&storage, length) < 0 ? -errno : 0;
}

int32_t tko_udp_local_address(int32_t fd, tko_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
    return tko_address_read(address, (struct sockaddr *)&storage) ? 0 : -EAFNOSUPPORT;
}

int32_t tko_udp_share_port(int32_t fd) { return set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1); }

int32_t tko_udp_bind_device(int32_t fd, const char *interface) {
    size_t length = strlen(interface);
    if (length >= IF_NAMESIZE) return -ENODEV;
    return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)length + 1) < 0 ? -errno : 0;
}

int32_t tko_udp_packet_information(int32_t fd, int32_t v6) {
    return v6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

int32_t tko_udp_timestamps(int32_t fd, int32_t transmit) {
    int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
    if (transmit) flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
    // With 64-bit time on a 32-bit machine SO_TIMESTAMPING is the variant with 64-bit stamps, of Linux 5.1.
    int32_t failure = set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, flags);
    if (failure == -ENOPROTOOPT) failure = set_option(fd, SOL_SOCKET, SO_TIMESTAMPING_OLD, flags);
    return failure;
}

int32_t tko_udp_allow_broadcast(int32_t fd) { return set_option(fd, SOL_SOCKET, SO_BROADCAST, 1); }

int32_t tko_udp_multicast_hops(int32_t fd, int32_t v6, int32_t value) {
    return v6 ? set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, value)
              : set_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, value);
}

int32_t tko_udp_traffic_class(int32_t fd, int32_t v6, int32_t value) {
    return v6 ? set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, value) : set_option(fd, IPPROTO_IP, IP_TOS, value);
}

int32_t tko_interfaces(tko_interface *interfaces, int32_t capacity) {
    struct ifaddrs *list;
    if (getifaddrs(&list) < 0) return -errno;
    int32_t count = 0;
    for (struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        tko_interface found = {.flags = entry->ifa_flags};
        if (!entry->ifa_addr || !tko_address_read(&found.address, entry->ifa_addr)) continue;
        if (count < capacity) {
            snprintf(found.name, sizeof found.name, "%s", entry->ifa_name);
            found.index = if_nametoindex(entry->ifa_name);
            interfaces[count] = found;
        }
        count++;
    }
    freeifaddrs(list);
    return count;
}
