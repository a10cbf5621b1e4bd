/// What a template may use. Templates come in model files and are hostile until they have ended:
/// every number here is checked while a template is read or run, with an error that names it.
/// Relies on nothing.
#pragma once

#include <cstddef>

namespace gosset::jinja {

struct Limits {
    size_t source_bytes = size_t(1) << 20;  ///< of the template's text
    size_t tokens = 200000;                 ///< that its text may be cut into
    size_t parse_depth = 100;               ///< parentheses, blocks and operators inside another
    size_t run_depth = 200;                 ///< expressions, blocks and macro calls in progress
    size_t nesting = 60;                    ///< lists and dictionaries inside another
    size_t steps = 20000000;                ///< expressions, loop rounds and 16-byte pieces of text
    size_t live_bytes = size_t(256) << 20;  ///< of all values at one time
    size_t output_bytes = size_t(64) << 20;  ///< of the rendered text
    size_t range = 100000;                   ///< elements of range(), as Jinja's sandbox has it
};

}  // namespace gosset::jinja
