// What the Embedded Swift standard library leaves to the platform. The ordinary one has its own.
#ifdef TICKOVER_EMBEDDED

#include <stdlib.h>

const char *_swift_stdlib_strtod_clocale(const char *text, double *result);

/// Stores the number at the start of `text` and returns where it ends. The programs never call setlocale, so that
/// strtod reads by the rules of the C locale.
const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
    char *end;
    *result = strtod(text, &end);
    return end;
}

#endif

// A file with nothing in it is no valid C.
typedef int tko_embedded;
