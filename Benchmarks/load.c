// A load of NTP requests to 127.0.0.1, from as many loopback addresses as clients are wanted.
//
//   load burst PORT REQUESTS BURST CLIENTS   sends BURST requests at once, sleeps, and sends the next ones when all are answered;
//                                            prints the replies and the seconds that they took
//   load first PORT                          asks every millisecond until there is a reply; prints the time then
//   load drain PORT ROUNDS BURST PROCESS     lets BURST requests wait for the stopped process, and sleeps while that answers
//                                            them; prints, for each round, the replies and the seconds to the last of them
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

enum { most = 512, length = 48, first_client = 0x7f010001 };

static struct mmsghdr messages[most];
static struct iovec vectors[most];
static union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
} controls[most];
static uint8_t packets[most][length];
static struct sockaddr_in server = {.sin_family = AF_INET};
static int fd;

static long number(const char *text, long most_allowed) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end != 0 || value < 1 || value > most_allowed) errx(2, "expected a number up to %ld: %s", most_allowed, text);
    return value;
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void open_socket(const char *port, struct timeval patience) {
    server.sin_port = htons((uint16_t)number(port, 65535));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    int room = 1 << 20;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0)
        err(1, "socket");
}

// Request `id` of client `client`, as the `i`th of a burst.
static void prepare(int i, uint32_t id, uint32_t client) {
    struct in_pktinfo source = {.ipi_spec_dst.s_addr = htonl(first_client + client)};
    controls[i].header = (struct cmsghdr){CMSG_LEN(sizeof source), IPPROTO_IP, IP_PKTINFO};
    memcpy(CMSG_DATA(&controls[i].header), &source, sizeof source);
    memset(packets[i], 0, length);
    packets[i][0] = 0x23;
    memcpy(packets[i] + 40, &id, sizeof id);
    vectors[i] = (struct iovec){packets[i], length};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &server,
        .msg_namelen = sizeof server,
        .msg_iov = &vectors[i],
        .msg_iovlen = 1,
        .msg_control = &controls[i],
        .msg_controllen = sizeof controls[i],
    };
}

static void send_all(int size) {
    for (int sent = 0; sent < size;) {
        int some = sendmmsg(fd, messages + sent, (unsigned)(size - sent), 0);
        if (some < 0) err(1, "sendmmsg");
        sent += some;
    }
}

// Replies to the requests from `id` on, in one call.
static int receive(uint32_t id, int count) {
    for (int i = 0; i < count; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    int received = recvmmsg(fd, messages, (unsigned)count, MSG_WAITFORONE, NULL);
    if (received < 0 && (errno == EAGAIN || errno == ECONNREFUSED)) return 0;
    if (received < 0) err(1, "recvmmsg");
    int replies = 0;
    for (int i = 0; i < received; i++) {
        uint32_t origin;
        memcpy(&origin, packets[i] + 24, sizeof origin);
        replies += messages[i].msg_len == length && (packets[i][0] & 7) == 4 && origin - id < most;
    }
    return replies;
}

// Sleeps while a burst is answered, as the servers are not to be charged for waking the generator up at every reply.
static long burst(long requests, int size, uint32_t clients) {
    const struct timespec while_it_answers = {.tv_nsec = 8000L * size};
    long replies = 0;
    for (uint32_t id = 0; id < requests; id += (uint32_t)size) {
        for (int i = 0; i < size; i++) prepare(i, id + (uint32_t)i, (id + (uint32_t)i) % clients);
        send_all(size);
        nanosleep(&while_it_answers, NULL);
        for (int missing = size, some = 1; missing > 0 && some > 0; missing -= some, replies += some)
            some = receive(id, missing);
    }
    return replies;
}

// When the kernel received what is in the control messages of `header`.
static double stamp(struct msghdr *header) {
    struct timespec time = {0};
    struct cmsghdr *message = CMSG_FIRSTHDR(header);
    if (message && message->cmsg_type == SCM_TIMESTAMPNS) memcpy(&time, CMSG_DATA(message), sizeof time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Nothing of this takes the server's processors while it answers.
static void drain(int size, pid_t process) {
    static const struct timespec moment = {.tv_nsec = 2000000}, while_it_answers = {.tv_nsec = 50000000};
    kill(process, SIGSTOP);
    nanosleep(&moment, NULL);
    for (int i = 0; i < size; i++) prepare(i, (uint32_t)i, (uint32_t)i);
    send_all(size);
    double start = seconds(CLOCK_REALTIME), last = start;
    kill(process, SIGCONT);
    nanosleep(&while_it_answers, NULL);
    long replies = 0;
    for (;; replies++) {
        struct msghdr header = {.msg_control = &controls[0], .msg_controllen = sizeof controls[0]};
        if (recvmsg(fd, &header, MSG_DONTWAIT) < 0) break;
        last = stamp(&header);
    }
    printf("%ld %.6f\n", replies, last - start);
}

int main(int argc, char **argv) {
    if (argc == 6 && strcmp(argv[1], "burst") == 0) {
        open_socket(argv[2], (struct timeval){.tv_usec = 100000});
        long requests = number(argv[3], 10000000);
        double start = seconds(CLOCK_MONOTONIC);
        long replies = burst(requests, (int)number(argv[4], most), (uint32_t)number(argv[5], 1000000));
        printf("%ld %.6f\n", replies, seconds(CLOCK_MONOTONIC) - start);
    } else if (argc == 6 && strcmp(argv[1], "drain") == 0) {
        open_socket(argv[2], (struct timeval){.tv_usec = 100000});
        int on = 1;
        if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0) err(1, "SO_TIMESTAMPNS");
        for (long rounds = number(argv[3], 10000); rounds > 0; rounds--)
            drain((int)number(argv[4], most), (pid_t)number(argv[5], INT32_MAX));
    } else if (argc == 3 && strcmp(argv[1], "first") == 0) {
        open_socket(argv[2], (struct timeval){.tv_usec = 1000});
        for (int attempt = 0; attempt < 30000; attempt++) {
            double start = seconds(CLOCK_MONOTONIC);
            if (burst(1, 1, 1) == 1) {
                printf("%.6f\n", seconds(CLOCK_REALTIME));
                return 0;
            }
            // A refusal comes at once.
            while (seconds(CLOCK_MONOTONIC) - start < 0.001) continue;
        }
        errx(1, "no reply");
    } else {
        errx(2, "usage: load burst PORT REQUESTS BURST CLIENTS | drain PORT ROUNDS BURST PROCESS | first PORT");
    }
}
