// The floor of what a reply costs: floor PORT answers NTP requests with the fewest system calls, and checks nothing.
#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { batch = 32, length = 48 };

static const uint32_t unix_epoch = 2208988800U;

static struct mmsghdr messages[batch];
static struct iovec vectors[batch];
static struct sockaddr_in names[batch];
static union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(struct timespec))];
} controls[batch];
static uint8_t packets[batch][length];

static void put_time(uint8_t *field, struct timespec time) {
    uint32_t words[2] = {htonl((uint32_t)time.tv_sec + unix_epoch),
                         htonl((uint32_t)(((uint64_t)time.tv_nsec << 32) / 1000000000))};
    memcpy(field, words, sizeof words);
}

static void prepare(int i) {
    vectors[i] = (struct iovec){packets[i], length};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &names[i],
        .msg_namelen = sizeof names[i],
        .msg_iov = &vectors[i],
        .msg_iovlen = 1,
        .msg_control = &controls[i],
        .msg_controllen = sizeof controls[i],
    };
}

static void answer(int i, struct timespec now) {
    static const uint8_t stratum_and_precision[] = {0x24, 3, 0, (uint8_t)-20};
    struct timespec received = now;
    memcpy(&received, CMSG_DATA(&controls[i].header), sizeof received);
    memcpy(packets[i] + 24, packets[i] + 40, 8);
    memcpy(packets[i], stratum_and_precision, sizeof stratum_and_precision);
    memset(packets[i] + 4, 0, 12);
    put_time(packets[i] + 16, now);
    put_time(packets[i] + 32, received);
    put_time(packets[i] + 40, now);
    messages[i].msg_hdr.msg_control = NULL;
    messages[i].msg_hdr.msg_controllen = 0;
}

int main(int argc, char **argv) {
    if (argc != 2) errx(2, "usage: floor PORT");
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0) err(1, "SO_TIMESTAMPNS");
    if (bind(fd, (struct sockaddr *)&local, sizeof local) < 0) err(1, "bind");
    for (int i = 0; i < batch; i++) prepare(i);
    for (;;) {
        int count = recvmmsg(fd, messages, batch, MSG_WAITFORONE, NULL);
        if (count < 0) err(1, "recvmmsg");
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        for (int i = 0; i < count; i++) answer(i, now);
        if (sendmmsg(fd, messages, (unsigned)count, 0) < 0) err(1, "sendmmsg");
        for (int i = 0; i < count; i++) prepare(i);
    }
}
