#ifndef TKO_PROCESS_H
#define TKO_PROCESS_H

#include <stdint.h>

/// Goes into the background: fork(2), the parent exits, setsid(2), / as the folder, /dev/null for standard input,
/// output and error. Before any thread is started.
int32_t tko_daemonise(void);

/// Becomes `user` with that user's groups, `group` the first of them (empty for the user's own), each a name or a number,
/// and keeps CAP_SYS_TIME if it is there. Before any thread is started. -ESRCH when there is no such user or group.
int32_t tko_become(const char *user, const char *group);

/// setpriority(2): the highest that is not real-time.
int32_t tko_raise_priority(void);

/// fork(2), with a pipe(2) from the child to the parent, of which `output` is the own end. Before any thread is started. 0 in
/// the child.
int32_t tko_fork(int32_t *output);

/// waitpid(2): the signal that ended the child, 0 if none did.
int32_t tko_wait(int32_t child);

/// How many processors this process may use.
int32_t tko_processors(void);

int32_t tko_process_id(void);

/// Closes all descriptors above standard error, for a process that has opened none itself.
void tko_close_inherited(void);

/// geteuid(2).
uint32_t tko_user_id(void);

/// uname(2): the processor, as `armv7l`, and the system, as `Linux/6.1.0`; cut to `capacity`.
void tko_host(char *processor, char *system, int32_t capacity);

/// Whether there is anything at `path`.
int32_t tko_file_exists(const char *path);

/// Whether `fd` is a terminal.
int32_t tko_is_terminal(int32_t fd);

/// Columns of the terminal `fd`, or a negative errno.
int32_t tko_terminal_width(int32_t fd);

/// Fills `bytes` from the kernel's generator (getrandom(2), /dev/urandom early at boot), without waiting.
int32_t tko_random(uint8_t *bytes, int32_t length);

/// Copies an environment variable: its length, -ENOENT when it is not set, -ENAMETOOLONG when it does not fit.
int32_t tko_environment(const char *name, char *value, int32_t capacity);

/// Whether standard error goes to the systemd journal (JOURNAL_STREAM names the stream behind it).
int32_t tko_stderr_is_journal(void);

/// syslog(3), facility daemon; `priority` is 0–7.
void tko_syslog(int32_t priority, const char *text);

#endif
