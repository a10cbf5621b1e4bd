/// Which files make up a Hugging Face checkpoint: one .safetensors, or shards named by
/// model.safetensors.index.json or by their numbers. Nothing is opened here but the index.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/base/status.hpp"

namespace gosset {

struct CheckpointFiles {
    std::vector<std::string> weights;          ///< paths, in order
    std::map<std::string, std::string> index;  ///< tensor -> path, where there is an index
    std::string config;                        ///< path of config.json, "" where there is none
    std::string generation;                    ///< path of generation_config.json, or ""
    std::string folder;
};

/// `path` is a directory or a .safetensors file. A file that is one shard of several stands for
/// all.
Result<CheckpointFiles> find_checkpoint(const std::string& path);

}  // namespace gosset
