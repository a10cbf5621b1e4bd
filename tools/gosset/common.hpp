/// What the verbs on a model share: options of the common letters, the way errors leave, opening a
/// model and a session, reading prompts, Ctrl-C. Relies on the C API, CLI11 and the standard
/// library.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gosset/gosset.hpp"
#include "tools/gosset/parse.hpp"

namespace gosset::cli {

/// Leaves a verb with exit status 1 and "gosset VERB: message" on stderr (main.cpp prints it).
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// Throws a Failure with the C API's last error unless the status is GOSSET_OK.
void must(gosset_status status, const std::string& where = "");

/// -m -c -t --exact --huge --kv, the letters that every verb on a model knows.
struct ModelOptions {
    std::string model, threads = "auto", kv = "f16";
    uint32_t context = 0;  ///< 0: min(model, 4096)
    bool exact = false, huge = false;
    std::string chat_template;  ///< "": the model's
};
void add_model_options(CLI::App& app, ModelOptions& options);
/// 0 for "auto", else a number >= 1; throws a Failure that quotes anything else.
uint32_t thread_count(const std::string& text);

/// Opens the file, says on stderr what the library warns of.
api::Model open_model(const std::string& path, const ModelOptions& options);
/// batch 0: the library's default. Ctrl-C aborts a feed once watch_interrupt() was called.
api::Session open_session(const api::Model& model, const ModelOptions& options, uint32_t context,
                          uint32_t batch = 0);

/// --temp --top-k --top-p --min-p --repeat-penalty -s --greedy.
struct SamplerOptions {
    gosset_sampler_options values = api::sampler_options();
    bool greedy = false;
};
void add_sampler_options(CLI::App& app, SamplerOptions& options);
api::Sampler open_sampler(const api::Model& model, const SamplerOptions& options);

/// The whole of a file, or of stdin for "-".
std::string read_text(const std::string& path);
/// Throws a Failure with the offset of the first byte that is not UTF-8.
void check_utf8(std::string_view text, const std::string& what);
/// Offset of the first byte that does not belong to well-formed UTF-8 (Unicode 15, table 3-7), or
/// std::string_view::npos.
size_t utf8_error(std::string_view text);

/// From here on Ctrl-C sets a flag instead of ending the process.
void watch_interrupt();
bool interrupted();
void clear_interrupt();

bool stderr_is_terminal();
bool stdin_is_terminal();
/// Seconds on a clock that never goes back.
double now();
/// 0 without a time.
double per_second(double count, double seconds);

}  // namespace gosset::cli
