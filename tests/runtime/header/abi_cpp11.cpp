// The same, seen from C++11.
#include "tests/runtime/header/abi.c"
