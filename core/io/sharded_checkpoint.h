#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// Weights in several files beside an index, as Hugging Face writes large models: `model.safetensors.index.json`, a
/// JSON object whose `weight_map` says for each tensor which file has it.

/// Whether the file is such an index, by its content. Throws InputError when it cannot be read.
bool is_shard_index(const std::filesystem::path& file);

/// The files that an index names, each once, in the order of their names. Throws InputError when it is damaged, names
/// a file outside of its folder, or one that is not there.
std::vector<std::filesystem::path> shards_of(const std::filesystem::path& index);

/// All tensors of an index. Throws InputError when a file lacks a tensor that the index promises or has one that it
/// does not know.
TensorMap read_shards(const std::filesystem::path& index);

/// SHA-256 of weights: of the file, or of an index and all files that it names, in which case it is that of lines
/// "NAME HASH". `hash` gives that of one file.
std::string hash_of_weights(const std::filesystem::path& file,
                            const std::function<std::string(const std::filesystem::path&)>& hash);
std::string hash_of_weights(const std::filesystem::path& file);

/// "; it is part 2 of 5: name their index, FILE.index.json" where the name says so
/// ("model-00002-of-00005.safetensors"), else "".
std::string shard_hint(const std::string& file);

}  // namespace adrep
