#include "memory.hpp"

#include <algorithm>

namespace gosset_pi {
namespace {

constexpr uint32_t kContexts[] = {4096, 2048, 1024, 512};

uint64_t rounded_up(uint64_t bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
}

}  // namespace

Need need_of(const gosset::api::Model& model, gosset_session_options options, uint32_t context) {
    options.context = context;
    Need need;
    need.file = model.info().file_bytes;
    need.session = gosset::api::Session::memory(model, &options);
    if (need.session == 0) need.session = UINT64_MAX / 4;
    return need;
}

Plan plan(const gosset::api::Model& model, const gosset_session_options& options,
          std::optional<uint64_t> available) {
    const uint64_t room = available.value_or(UINT64_MAX);
    Plan made;
    const auto consider = [&](uint32_t context) {
        made.context = context;
        made.need = need_of(model, options, context);
        made.fits = made.need.total() <= room;
        return made.fits;
    };
    if (options.context != 0) {
        if (consider(options.context)) return made;
        for (const uint32_t context : kContexts)
            if (made.smaller == 0 && context < options.context &&
                need_of(model, options, context).total() <= room)
                made.smaller = context;
        return made;
    }
    const uint32_t most = model.info().max_context;
    for (const uint32_t context : kContexts)
        if (consider(std::min(context, most))) break;
    return made;
}

std::string mebibytes(uint64_t bytes) {
    return std::to_string(rounded_up(bytes)) + " MiB";
}

std::string need_line(const Plan& plan, std::optional<uint64_t> available) {
    std::string line = "needs " + mebibytes(plan.need.total()) + " of memory: file " +
                       std::to_string(rounded_up(plan.need.file)) + ", context of " +
                       std::to_string(plan.context) + " tokens " +
                       std::to_string(rounded_up(plan.need.session)) + ", the rest " +
                       std::to_string(rounded_up(Need::kRest));
    if (available) line += "; free: " + std::to_string(*available >> 20) + " MiB";
    return line;
}

std::string advice(const Plan& plan) {
    std::string text = "That does not fit. What helps:\n";
    if (plan.smaller != 0)
        text += "- a shorter context: -c " + std::to_string(plan.smaller) + " fits\n";
    text +=
        "- the same model in fewer bits: gosset quantize --codec e8c3 (or e8c2)\n"
        "- a smaller model\n"
        "- closing programs: a desktop is a large one (sudo systemctl isolate multi-user.target)\n"
        "- --anyway starts all the same; what does not fit is read from the card again for every "
        "token\n";
    return text;
}

}  // namespace gosset_pi
