#include "CLinux/batch.h"

#include <asm/socket.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

/// Simulators want 256 octets or more.
enum { control_size = 512 };

typedef union {
    struct cmsghdr header;
    char bytes[control_size];
} control;

struct tko_batch {
    int32_t count;
    int32_t capacity;
    int singly_received;
    int singly_sent;
    /// So many messages at the beginning are not as a call of recvmmsg(2) needs them.
    int32_t unprepared;
    int32_t answers;
    tko_datagram *datagrams;
    struct mmsghdr *messages;
    struct iovec *vectors;
    struct sockaddr_storage *names;
    control *controls;
    uint8_t *bytes;
};

tko_batch *tko_batch_create(int32_t count, int32_t capacity) {
    if (count < 1 || capacity < 1) return NULL;
    tko_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    size_t n = (size_t)count;
    batch->count = count;
    batch->capacity = capacity;
    batch->unprepared = count;
    batch->datagrams = calloc(n, sizeof *batch->datagrams);
    batch->messages = calloc(n, sizeof *batch->messages);
    batch->vectors = calloc(n, sizeof *batch->vectors);
    // Not cleared: their pages are touched by the first datagrams that come to lie there.
    batch->names = malloc(n * sizeof *batch->names);
    batch->controls = malloc(n * sizeof *batch->controls);
    batch->bytes = malloc(n * (size_t)capacity);
    if (!batch->datagrams || !batch->messages || !batch->vectors || !batch->names || !batch->controls || !batch->bytes) {
        tko_batch_destroy(batch);
        return NULL;
    }
    for (int32_t i = 0; i < count; i++) batch->datagrams[i].bytes = batch->bytes + (size_t)i * (size_t)capacity;
    return batch;
}

void tko_batch_destroy(tko_batch *batch) {
    free(batch->datagrams);
    free(batch->messages);
    free(batch->vectors);
    free(batch->names);
    free(batch->controls);
    free(batch->bytes);
    free(batch);
}

tko_datagram *tko_batch_datagram(tko_batch *batch, int32_t index) { return &batch->datagrams[index]; }

static void prepare_receive(tko_batch *batch, int32_t i) {
    batch->vectors[i] = (struct iovec){.iov_base = batch->datagrams[i].bytes, .iov_len = (size_t)batch->capacity};
    batch->messages[i].msg_len = 0;
    batch->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &batch->names[i],
        .msg_namelen = sizeof batch->names[i],
        .msg_iov = &batch->vectors[i],
        .msg_iovlen = 1,
        .msg_control = &batch->controls[i],
        .msg_controllen = sizeof batch->controls[i],
    };
}

static void take_stamp(tko_datagram *datagram, int64_t seconds, int64_t nanoseconds) {
    if ((seconds == 0 && nanoseconds == 0) || nanoseconds < 0 || nanoseconds > 999999999) return;
    datagram->stamp = (tko_time){.seconds = seconds, .nanoseconds = (int32_t)nanoseconds};
    datagram->has_stamp = 1;
}

static size_t payload(const struct cmsghdr *message) { return message->cmsg_len - CMSG_LEN(0); }

static void take_socket_message(tko_datagram *datagram, struct cmsghdr *message) {
    // The first of three stamps is the software one.
    if (message->cmsg_type == SO_TIMESTAMPING_NEW && payload(message) >= 2 * sizeof(int64_t)) {
        int64_t stamp[2];
        memcpy(stamp, CMSG_DATA(message), sizeof stamp);
        take_stamp(datagram, stamp[0], stamp[1]);
    } else if (message->cmsg_type == SO_TIMESTAMPING_OLD && payload(message) >= 2 * sizeof(long)) {
        long stamp[2];
        memcpy(stamp, CMSG_DATA(message), sizeof stamp);
        take_stamp(datagram, stamp[0], stamp[1]);
    }
}

static void take_message(tko_datagram *datagram, struct cmsghdr *message) {
    if (message->cmsg_level == SOL_SOCKET) {
        take_socket_message(datagram, message);
    } else if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO
               && payload(message) >= sizeof(struct in_pktinfo)) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(message), sizeof info);
        // The local address, also of a datagram that came to a broadcast one.
        tko_address_set_v4(&datagram->local, &info.ipi_spec_dst);
        datagram->interface = (uint32_t)info.ipi_ifindex;
        datagram->has_local = 1;
    } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO
               && payload(message) >= sizeof(struct in6_pktinfo)) {
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(message), sizeof info);
        tko_address_set_v6(&datagram->local, &info.ipi6_addr);
        datagram->interface = (uint32_t)info.ipi6_ifindex;
        if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) datagram->local.scope = datagram->interface;
        // No reply can leave from a multicast address.
        datagram->has_local = !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
    }
}

static void take_datagram(tko_batch *batch, int32_t i) {
    tko_datagram *datagram = &batch->datagrams[i];
    struct msghdr *header = &batch->messages[i].msg_hdr;
    uint8_t *bytes = datagram->bytes;
    *datagram = (tko_datagram){.bytes = bytes, .length = batch->messages[i].msg_len};
    datagram->truncated = (header->msg_flags & MSG_TRUNC) != 0;
    if (header->msg_namelen >= sizeof(sa_family_t)) {
        datagram->has_remote = (uint8_t)tko_address_read(&datagram->remote, (struct sockaddr *)header->msg_name);
    }
    for (struct cmsghdr *message = CMSG_FIRSTHDR(header); message; message = CMSG_NXTHDR(header, message)) {
        take_message(datagram, message);
    }
}

static int means_unsupported(int error) {
    // A simulator that does not know the call lets it through to a descriptor the kernel does not know.
    return error == ENOSYS || error == EPERM || error == EINVAL || error == EBADF || error == ENOTSOCK || error == EOPNOTSUPP;
}

/// The kernel writes to the messages that it fills only, so those after them stay good for the next call.
static void prepare_batch(tko_batch *batch) {
    for (int32_t i = 0; i < batch->unprepared; i++) prepare_receive(batch, i);
    batch->unprepared = 0;
    batch->answers = 0;
}

static void mark_used(tko_batch *batch, int32_t count) {
    if (batch->unprepared < count) batch->unprepared = count;
}

static int32_t receive_one(tko_batch *batch, int32_t fd, int flags) {
    prepare_batch(batch);
    mark_used(batch, 1);
    ssize_t length;
    do {
        length = recvmsg(fd, &batch->messages[0].msg_hdr, flags);
    } while (length < 0 && errno == EINTR);
    if (length < 0) return -errno;
    batch->messages[0].msg_len = (unsigned int)length;
    take_datagram(batch, 0);
    return 1;
}

int32_t tko_batch_receive(tko_batch *batch, int32_t fd) {
    if (batch->singly_received || batch->count == 1) return receive_one(batch, fd, MSG_DONTWAIT);
    prepare_batch(batch);
    int count;
    do {
        count = recvmmsg(fd, batch->messages, (unsigned int)batch->count, MSG_DONTWAIT, NULL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        if (!means_unsupported(errno)) return -errno;
        int32_t received = receive_one(batch, fd, MSG_DONTWAIT);
        if (received > 0) batch->singly_received = 1;
        return received;
    }
    mark_used(batch, count);
    for (int32_t i = 0; i < count; i++) take_datagram(batch, i);
    return count;
}

static void put_message(struct msghdr *header, int level, int type, const void *data, size_t size) {
    struct cmsghdr *message = (struct cmsghdr *)((char *)header->msg_control + header->msg_controllen);
    memset(message, 0, CMSG_SPACE(size));
    message->cmsg_level = level;
    message->cmsg_type = type;
    message->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(message), data, size);
    header->msg_controllen += CMSG_SPACE(size);
}

static void put_local(struct msghdr *header, const tko_datagram *datagram) {
    uint8_t octets[16];
    tko_address_octets(&datagram->local, octets);
    if (tko_address_is_v4(&datagram->local)) {
        struct in_pktinfo info = {0};
        memcpy(&info.ipi_spec_dst, octets + 12, 4);
        put_message(header, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else {
        struct in6_pktinfo info = {.ipi6_ifindex = datagram->local.scope};
        memcpy(&info.ipi6_addr, octets, sizeof octets);
        put_message(header, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
}

static void put_stamp_request(struct msghdr *header) {
    uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
    // The number by which every kernel knows it here; the flags have no time in them that could be too short.
    put_message(header, SOL_SOCKET, SO_TIMESTAMPING_OLD, &flags, sizeof flags);
}

static void put_messages(struct msghdr *header, const tko_datagram *datagram) {
    header->msg_controllen = 0;
    if (datagram->has_local) put_local(header, datagram);
    if (datagram->wants_stamp) put_stamp_request(header);
    if (header->msg_controllen == 0) header->msg_control = NULL;
}

static void prepare_send(tko_batch *batch, int32_t i) {
    tko_datagram *datagram = &batch->datagrams[i];
    struct msghdr *header = &batch->messages[i].msg_hdr;
    batch->vectors[i] = (struct iovec){.iov_base = datagram->bytes, .iov_len = datagram->length};
    *header = (struct msghdr){.msg_iov = &batch->vectors[i], .msg_iovlen = 1, .msg_control = &batch->controls[i]};
    if (datagram->has_remote) {
        header->msg_name = &batch->names[i];
        header->msg_namelen = tko_address_write(&datagram->remote, &batch->names[i]);
    }
    put_messages(header, datagram);
}

/// Sends some of `count` messages: how many, or -1 and errno.
static int send_some(tko_batch *batch, int32_t fd, struct mmsghdr *messages, int32_t count) {
    if (!batch->singly_sent && count > 1) {
        int sent = sendmmsg(fd, messages, (unsigned int)count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0 || !means_unsupported(errno)) return sent;
        if (sendmsg(fd, &messages->msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return -1;
        batch->singly_sent = 1;
        return 1;
    }
    return sendmsg(fd, &messages->msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 1;
}

static int32_t send_all(tko_batch *batch, int32_t fd, int32_t count, int32_t *error) {
    int32_t sent = 0;
    *error = 0;
    for (int32_t next = 0; next < count;) {
        int some = send_some(batch, fd, batch->messages + next, count - next);
        if (some > 0) {
            next += some;
            sent += some;
        } else if (some < 0 && errno == EINTR) {
            continue;
        } else {
            *error = errno;
            if (errno == EAGAIN) break;
            next++;
        }
    }
    return sent;
}

int32_t tko_batch_send(tko_batch *batch, int32_t fd, int32_t count, int32_t *error) {
    mark_used(batch, count);
    for (int32_t i = 0; i < count; i++) prepare_send(batch, i);
    return send_all(batch, fd, count, error);
}

void tko_datagram_fill(tko_datagram *datagram, const uint8_t *bytes, uint32_t length) {
    if (length > 0) memcpy(datagram->bytes, bytes, length);
    datagram->length = length;
}

void tko_batch_answer(tko_batch *batch, int32_t index) {
    // As they come in order, the request that this place had is answered, or never will be.
    struct mmsghdr *answer = &batch->messages[batch->answers++];
    *answer = batch->messages[index];
    batch->vectors[index].iov_len = batch->datagrams[index].length;
    answer->msg_hdr.msg_flags = 0;
    put_messages(&answer->msg_hdr, &batch->datagrams[index]);
}

int32_t tko_batch_send_answers(tko_batch *batch, int32_t fd, int32_t *error) {
    int32_t count = batch->answers;
    batch->answers = 0;
    return send_all(batch, fd, count, error);
}

int32_t tko_batch_receive_error(tko_batch *batch, int32_t fd) {
    int32_t received = receive_one(batch, fd, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (received < 0) return received;
    // What tells a stamp from an ICMP error is the presence of a stamp: nothing else asks for one on this queue.
    return batch->datagrams[0].has_stamp;
}
