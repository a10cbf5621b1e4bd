/* gosset.h from C: what a C host writes. */
#include "gosset/gosset.h"

int gosset_c_header_works(void);
int gosset_c_header_works(void) {
    gosset_model_options options;
    gosset_model_options_default(&options);
    return options.struct_size == sizeof options && gosset_abi_version() == GOSSET_ABI_VERSION;
}
