#include "CLinux/socket.h"

#include <asm/socket.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/filter.h>
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

int32_t tko_udp_steer_by_source(int32_t fd, int32_t v6, int32_t count) {
    // The network header, as the filter's data begin behind it: all words of the address, folded, by Fibonacci hashing.
    enum { v4_source = SKF_NET_OFF + 12, v6_source = SKF_NET_OFF + 8 };
    struct sock_filter v4_load[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)v4_source)};
    struct sock_filter v6_load[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)v6_source),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)v6_source + 4),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)v6_source + 8),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)v6_source + 12),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
    };
    struct sock_filter choose[] = {
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 2654435769U),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, (uint32_t)count),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_filter code[sizeof v6_load / sizeof *v6_load + sizeof choose / sizeof *choose];
    size_t size = v6 ? sizeof v6_load : sizeof v4_load;
    memcpy(code, v6 ? v6_load : v4_load, size);
    memcpy((char *)code + size, choose, sizeof choose);
    struct sock_fprog program = {.len = (unsigned short)((size + sizeof choose) / sizeof *code), .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) < 0 ? -errno : 0;
}

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

int32_t tko_udp_forbid_fragments(int32_t fd) { return set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO); }

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
