#ifndef TKO_ARGUMENTS_H
#define TKO_ARGUMENTS_H

#include <stdint.h>

/// exit(3).
_Noreturn void tko_exit(int32_t status);

/// How many words the program was started with, its own name among them.
int32_t tko_argument_count(void);

/// The word at `index`, from 0 to below the count.
const char *tko_argument(int32_t index);

#endif
