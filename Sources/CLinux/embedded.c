// What the Embedded Swift standard library leaves to the platform. The ordinary one has its own.
#ifdef TICKOVER_EMBEDDED

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

const char *_swift_stdlib_strtod_clocale(const char *text, double *result);

/// Stores the number at the start of `text` and returns where it ends. The programs never call setlocale, so that
/// strtod reads by the rules of the C locale.
const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
    char *end;
    *result = strtod(text, &end);
    return end;
}

// What the compilers call of the mathematics library, exactly (IEEE 754): the library as a whole would be a tenth of the
// daemon's resident memory.

/// Towards zero. A double of 2^52 or more has no fraction, nor has NaN.
static double without_fraction(double x) {
    return __builtin_fabs(x) < 4503599627370496.0 ? __builtin_copysign((double)(int64_t)x, x) : x;
}

double floor(double x) {
    double whole = without_fraction(x);
    return whole > x ? whole - 1 : whole;
}

double ceil(double x) {
    double whole = without_fraction(x);
    return whole < x ? whole + 1 : whole;
}

/// Halves go away from zero.
double round(double x) {
    double whole = without_fraction(x);
    return __builtin_fabs(x - whole) < 0.5 ? whole : whole + __builtin_copysign(1, x);
}

#endif

// A file with nothing in it is no valid C.
typedef int tko_embedded;
