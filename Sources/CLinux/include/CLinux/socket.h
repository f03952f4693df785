#ifndef TKO_SOCKET_H
#define TKO_SOCKET_H

#include <stdint.h>

/// An IP address and port in host byte order; IPv4 is held in its IPv6-mapped form.
typedef struct {
    uint64_t high;
    uint64_t low;
    /// Interface index of a link-local IPv6 address, otherwise 0.
    uint32_t scope;
    uint16_t port;
} tko_address;

/// A UDP socket, non-blocking and close-on-exec; `v6` non-zero makes an IPv6-only one.
int32_t tko_udp_open(int32_t v6);

int32_t tko_udp_bind(int32_t fd, const tko_address *address);
int32_t tko_udp_connect(int32_t fd, const tko_address *address);

/// The address that the socket is bound to.
int32_t tko_udp_local_address(int32_t fd, tko_address *address);

/// SO_REUSEPORT: before bind(2) to join others, or after it to let them join.
int32_t tko_udp_share_port(int32_t fd);

/// Lets the address that a datagram comes from choose among the `count` sockets that share the port of `fd`, in the order
/// in which they were bound (SO_ATTACH_REUSEPORT_CBPF, Linux 4.5).
int32_t tko_udp_steer_by_source(int32_t fd, int32_t v6, int32_t count);

/// SO_BINDTODEVICE.
int32_t tko_udp_bind_device(int32_t fd, const char *interface);

/// IP_PKTINFO or IPV6_RECVPKTINFO.
int32_t tko_udp_packet_information(int32_t fd, int32_t v6);

/// Software SO_TIMESTAMPING of what is received and, with `transmit` non-zero, of what is sent.
int32_t tko_udp_timestamps(int32_t fd, int32_t transmit);

/// Lets no router cut up what is sent (IP_MTU_DISCOVER), so that the kernel need make no number for each packet, by which
/// its fragments would be known (RFC 6864).
int32_t tko_udp_forbid_fragments(int32_t fd);

/// SO_BROADCAST.
int32_t tko_udp_allow_broadcast(int32_t fd);

/// IP_MULTICAST_TTL or IPV6_MULTICAST_HOPS.
int32_t tko_udp_multicast_hops(int32_t fd, int32_t v6, int32_t value);

/// IP_TOS or IPV6_TCLASS.
int32_t tko_udp_traffic_class(int32_t fd, int32_t v6, int32_t value);

/// An address of an interface of this machine.
typedef struct {
    tko_address address;
    uint32_t index;
    /// IFF_* of netdevice(7).
    uint32_t flags;
    char name[16];
} tko_interface;

/// Fills `interfaces` (getifaddrs(3)) and returns how many IP addresses there are, which may exceed `capacity`.
int32_t tko_interfaces(tko_interface *interfaces, int32_t capacity);

#endif
