#include "tools/gosset/codec_names.hpp"

#include "tools/gosset/common.hpp"

namespace gosset::cli {

std::vector<const Codec*> codecs_named(std::span<const std::string> names) {
    const auto all = all_codecs();
    if (names.empty()) return {all.begin(), all.end()};
    std::vector<const Codec*> codecs;
    for (const std::string& name : names) {
        codecs.push_back(find_codec(name.data(), name.size()));
        if (codecs.back()) continue;
        std::string known;
        for (const Codec* codec : all) known += std::string(" ") + codec->name;
        throw Failure("no codec '" + name + "'; this build has" + known);
    }
    return codecs;
}

}  // namespace gosset::cli
