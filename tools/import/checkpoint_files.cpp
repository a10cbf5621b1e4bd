#include "tools/import/checkpoint_files.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "tools/import/json_text.hpp"
#include "tools/import/printable.hpp"

namespace gosset {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

/// "NAME-00002-of-00005.safetensors": the parts of such a name.
struct ShardName {
    std::string stem;
    unsigned number = 0, of = 0;
};
bool parse_shard(const std::string& file, ShardName* out) {
    constexpr char kEnd[] = ".safetensors";
    constexpr size_t kTail = sizeof("-00001-of-00002") - 1, kEndLength = sizeof(kEnd) - 1;
    if (!file.ends_with(kEnd) || file.size() <= kTail + kEndLength) return false;
    const std::string tail = file.substr(file.size() - kEndLength - kTail, kTail);
    int length = 0;
    if (std::sscanf(tail.c_str(), "-%5u-of-%5u%n", &out->number, &out->of, &length) != 2)
        return false;
    out->stem = file.substr(0, file.size() - kEndLength - kTail);
    return length == int(kTail) && out->number >= 1 && out->number <= out->of;
}

std::string shard_file(const ShardName& name, unsigned number) {
    char tail[64];
    std::snprintf(tail, sizeof tail, "-%05u-of-%05u.safetensors", number, name.of);
    return name.stem + tail;
}

Status add_shards(const fs::path& folder, const ShardName& name, CheckpointFiles* files) {
    for (unsigned i = 1; i <= name.of; i++) {
        const fs::path shard = folder / shard_file(name, i);
        if (!is_file(shard))
            return not_found(shard.string() + ": shard " + std::to_string(i) + " of " +
                             std::to_string(name.of) + " is missing");
        files->weights.push_back(shard.string());
    }
    return {};
}

Status read_index(const fs::path& path, CheckpointFiles* files) {
    GOSSET_ASSIGN(const nlohmann::json parsed, read_json_object(path.string()));
    const auto map = parsed.find("weight_map");
    if (map == parsed.end() || !map->is_object())
        return corrupt(path.string() + ": key 'weight_map' is missing or no object");
    std::set<std::string> shards;
    for (const auto& item : map->items()) {
        const auto* file = item.value().get_ptr<const std::string*>();
        // A plain name, so that an index cannot point out of its folder.
        if (!file || file->empty() || fs::path(*file).filename() != *file || *file == "..")
            return corrupt(path.string() + ": 'weight_map' gives no plain file name for " +
                           printable(item.key()));
        const std::string shard = (path.parent_path() / *file).string();
        if (shards.insert(shard).second && !is_file(shard))
            return not_found(shard + ": missing, though " + path.filename().string() + " names it");
        files->index[item.key()] = shard;
    }
    if (shards.empty()) return corrupt(path.string() + ": 'weight_map' is empty");
    files->weights.assign(shards.begin(), shards.end());
    return {};
}

Status find_in_folder(const fs::path& folder, CheckpointFiles* files) {
    const fs::path index = folder / "model.safetensors.index.json";
    if (is_file(index)) return read_index(index, files);
    if (is_file(folder / "model.safetensors")) {
        files->weights.push_back((folder / "model.safetensors").string());
        return {};
    }
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".safetensors")
            names.push_back(it->path().filename().string());
    if (error) return io_error(folder.string() + ": " + error.message());
    std::sort(names.begin(), names.end());
    ShardName shard;
    if (!names.empty() && parse_shard(names[0], &shard)) return add_shards(folder, shard, files);
    if (names.size() == 1) {
        files->weights.push_back((folder / names[0]).string());
        return {};
    }
    if (!names.empty())
        return invalid_argument(folder.string() + ": holds " + std::to_string(names.size()) +
                                " .safetensors files and none is model.safetensors: name one");
    return not_found(folder.string() +
                     ": holds no .safetensors file (for a .gguf, name the file itself)");
}

}  // namespace

Result<CheckpointFiles> find_checkpoint(const std::string& path) {
    CheckpointFiles files;
    std::error_code ignored;
    const bool whole_folder = fs::is_directory(path, ignored);
    fs::path folder = whole_folder ? fs::path(path) : fs::path(path).parent_path();
    if (folder.empty()) folder = ".";
    ShardName shard;
    if (whole_folder)
        GOSSET_TRY(find_in_folder(folder, &files));
    else if (parse_shard(fs::path(path).filename().string(), &shard) && shard.of > 1)
        GOSSET_TRY(add_shards(folder, shard, &files));
    else
        files.weights.push_back(path);
    files.folder = folder.string();
    if (is_file(folder / "config.json")) files.config = (folder / "config.json").string();
    if (is_file(folder / "generation_config.json"))
        files.generation = (folder / "generation_config.json").string();
    if (whole_folder && files.config.empty())
        return not_found(folder.string() + ": holds weights but no config.json");
    return files;
}

}  // namespace gosset
