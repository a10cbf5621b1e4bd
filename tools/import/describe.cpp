#include "tools/import/describe.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace gosset {

std::string describe_types(std::span<const SourceTensor> tensors) {
    std::vector<std::pair<uint64_t, std::string>> types;
    for (const SourceTensor& t : tensors) {
        const auto same = [&](const auto& entry) { return entry.second == t.source_type; };
        const auto found = std::find_if(types.begin(), types.end(), same);
        if (found == types.end())
            types.emplace_back(1, t.source_type);
        else
            found->first++;
    }
    std::stable_sort(types.begin(), types.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text;
    for (const auto& [count, type] : types) text += (text.empty() ? "" : " + ") + type;
    return text;
}

}  // namespace gosset
