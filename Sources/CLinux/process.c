#include "CLinux/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

int32_t tko_daemonise(void) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return -errno;
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        close(null);
        return -error;
    }
    if (child > 0) _exit(0);
    if (setsid() < 0 || chdir("/") < 0) return -errno;
    for (int fd = 0; fd <= 2; fd++) {
        if (dup2(null, fd) < 0) return -errno;
    }
    if (null > 2) close(null);
    return 0;
}

void tko_close_inherited(void) {
    if (close_range(3, ~0U, 0) == 0) return;
    long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < (limit > 0 && limit < 65536 ? limit : 65536); fd++) close(fd);
}

uint32_t tko_user_id(void) { return geteuid(); }

int32_t tko_file_exists(const char *path) { return access(path, F_OK) == 0; }

// A number of decimal digits only; -1 for anything else.
static int64_t decimal_id(const char *text) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno && number < UINT32_MAX ? number : -1;
}

static int32_t keep_time_capability(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &header, data) < 0) return -errno;
    uint32_t kept = data[CAP_TO_INDEX(CAP_SYS_TIME)].permitted & CAP_TO_MASK(CAP_SYS_TIME);
    memset(data, 0, sizeof data);
    data[CAP_TO_INDEX(CAP_SYS_TIME)].permitted = data[CAP_TO_INDEX(CAP_SYS_TIME)].effective = kept;
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int32_t tko_become(const char *user, const char *group) {
    int64_t id = decimal_id(user);
    struct passwd *entry = id < 0 ? getpwnam(user) : getpwuid((uid_t)id);
    if (!entry && id < 0) return -ESRCH;
    uid_t uid = entry ? entry->pw_uid : (uid_t)id;
    gid_t gid = entry ? entry->pw_gid : (gid_t)id;
    if (*group) {
        int64_t number = decimal_id(group);
        struct group *found = number < 0 ? getgrnam(group) : NULL;
        if (!found && number < 0) return -ESRCH;
        gid = found ? found->gr_gid : (gid_t)number;
    }
    if ((entry ? initgroups(entry->pw_name, gid) : setgroups(1, &gid)) < 0 || setgid(gid) < 0) return -errno;
    if (prctl(PR_SET_KEEPCAPS, 1) < 0 || setuid(uid) < 0) return -errno;
    return keep_time_capability();
}

int32_t tko_raise_priority(void) { return setpriority(PRIO_PROCESS, 0, -20) < 0 ? -errno : 0; }

int32_t tko_processors(void) {
    cpu_set_t processors;
    // More processors than the set has room for are no reason to count exactly.
    return sched_getaffinity(0, sizeof processors, &processors) < 0 ? 1 : CPU_COUNT(&processors);
}

int32_t tko_process_id(void) { return getpid(); }

int32_t tko_is_terminal(int32_t fd) { return isatty(fd); }

int32_t tko_terminal_width(int32_t fd) {
    struct winsize size = {0};
    return ioctl(fd, TIOCGWINSZ, &size) < 0 ? -errno : size.ws_col;
}

static int32_t read_urandom(uint8_t *bytes, int32_t length) {
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int32_t failure = 0;
    for (int32_t done = 0; done < length && failure == 0;) {
        ssize_t count = read(fd, bytes + done, (size_t)(length - done));
        if (count > 0) {
            done += (int32_t)count;
        } else if (count == 0 || errno != EINTR) {
            failure = count == 0 ? -EIO : -errno;
        }
    }
    close(fd);
    return failure;
}

int32_t tko_random(uint8_t *bytes, int32_t length) {
    for (int32_t done = 0; done < length;) {
        ssize_t count = getrandom(bytes + done, (size_t)(length - done), GRND_NONBLOCK);
        if (count > 0) {
            done += (int32_t)count;
        } else if (count == 0 || errno != EINTR) {
            return read_urandom(bytes + done, length - done);
        }
    }
    return 0;
}

void tko_host(char *processor, char *system, int32_t capacity) {
    struct utsname name;
    if (uname(&name) < 0) memset(&name, 0, sizeof name);
    snprintf(processor, (size_t)capacity, "%s", name.machine);
    snprintf(system, (size_t)capacity, "%s/%s", name.sysname, name.release);
}

int32_t tko_environment(const char *name, char *value, int32_t capacity) {
    const char *found = getenv(name);
    if (!found) return -ENOENT;
    size_t length = strlen(found);
    if (capacity < 1 || length >= (size_t)capacity) return -ENAMETOOLONG;
    memcpy(value, found, length + 1);
    return (int32_t)length;
}

int32_t tko_stderr_is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat status;
    if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(2, &status) < 0) return 0;
    return status.st_dev == device && status.st_ino == inode;
}

void tko_syslog(int32_t priority, const char *text) { syslog(LOG_DAEMON | (priority & 7), "%s", text); }

int32_t tko_fork(int32_t *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return -error;
    }
    close(ends[child == 0 ? 0 : 1]);
    *output = ends[child == 0 ? 1 : 0];
    return child;
}

int32_t tko_wait(int32_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -errno;
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
