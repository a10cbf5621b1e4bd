/// The memory that a model needs on this board, said before it is taken, and what to do when there
/// is too little. Relies on gosset/gosset.hpp, whose gosset_session_memory is exact.
#pragma once

#include <cstdint>
#include <gosset/gosset.hpp>
#include <optional>
#include <string>

namespace gosset_pi {

/// Bytes. The file is mapped, but a token reads all of it: it has to stay in memory.
struct Need {
    uint64_t file = 0, session = 0;
    static constexpr uint64_t kRest = 32 << 20;  ///< program, tables of the model, stacks

    uint64_t total() const { return file + session + kRest; }
};

/// session is UINT64_MAX / 4 where the options make no session.
Need need_of(const gosset::api::Model& model, gosset_session_options options, uint32_t context);

struct Plan {
    uint32_t context = 0;
    Need need;
    bool fits = true;
    uint32_t smaller = 0;  ///< a context that would fit when `context` does not; 0: none
};

/// Context 0 in the options: the largest of 4096, 2048, 1024 and 512, not above the model's own,
/// that fits into `available`. Where that is not known all fits.
Plan plan(const gosset::api::Model& model, const gosset_session_options& options,
          std::optional<uint64_t> available);

/// "118 MiB".
std::string mebibytes(uint64_t bytes);
/// "needs 118 MiB of memory: file 84, context of 1024 tokens 2, the rest 32; free: 700 MiB".
std::string need_line(const Plan& plan, std::optional<uint64_t> available);
/// Whole lines: what helps when the plan does not fit.
std::string advice(const Plan& plan);

}  // namespace gosset_pi
