#include "CLinux/arguments.h"

#include <stdlib.h>

_Noreturn void tko_exit(int32_t status) { exit(status); }

static int argument_count;
static char **arguments;

/// glibc calls constructors with main's arguments. Embedded Swift has no CommandLine to ask for them.
__attribute__((constructor)) static void keep_arguments(int count, char **words) {
    argument_count = count;
    arguments = words;
}

int32_t tko_argument_count(void) { return argument_count; }

const char *tko_argument(int32_t index) { return arguments[index]; }
