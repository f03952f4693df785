#ifndef TKO_BATCH_H
#define TKO_BATCH_H

#include "CLinux/clock.h"
#include "CLinux/socket.h"

/// One datagram of a batch.
typedef struct {
    /// Where it came from, or goes to.
    tko_address remote;
    /// The local address it came to, or is to leave from; its port is not used.
    tko_address local;
    /// The kernel's CLOCK_REALTIME stamp.
    tko_time stamp;
    /// Index of the interface it came in on, 0 if unknown.
    uint32_t interface;
    uint32_t length;
    uint8_t has_remote;
    uint8_t has_local;
    uint8_t has_stamp;
    uint8_t truncated;
    /// Whether the kernel is to say when it leaves, though the socket does not ask for that.
    uint8_t wants_stamp;
    uint8_t *bytes;
} tko_datagram;

typedef struct tko_batch tko_batch;

/// Room for `count` datagrams of `capacity` octets each; null without memory.
tko_batch *tko_batch_create(int32_t count, int32_t capacity);
void tko_batch_destroy(tko_batch *batch);

/// Valid as long as the batch, for 0 <= index < count.
tko_datagram *tko_batch_datagram(tko_batch *batch, int32_t index);

/// Gives a datagram its content, for which there is room.
void tko_datagram_fill(tko_datagram *datagram, const uint8_t *bytes, uint32_t length);

/// Reads what is there, without waiting: the number of datagrams. Where recvmmsg(2) does not work, one at a time.
int32_t tko_batch_receive(tko_batch *batch, int32_t fd);

/// Sends the first `count` datagrams, each on its own where sendmmsg(2) does not work: the number sent.
///
/// One that fails is passed over and its errno kept in `error`; a full send buffer ends the sending.
int32_t tko_batch_send(tko_batch *batch, int32_t fd, int32_t count, int32_t *error);

/// Lets a received datagram, whose content now is its answer, go back where it came from, from the address that it came
/// to; once each, in their order.
void tko_batch_answer(tko_batch *batch, int32_t index);

/// Sends these answers, as tko_batch_send does.
int32_t tko_batch_send_answers(tko_batch *batch, int32_t fd, int32_t *error);

/// Reads one message of the socket's error queue into the batch's first datagram: 1 for a transmit stamp, whose bytes
/// are the packet with all headers the kernel had put in front, 0 for some other message.
int32_t tko_batch_receive_error(tko_batch *batch, int32_t fd);

#endif
