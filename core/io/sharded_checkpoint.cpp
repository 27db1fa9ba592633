#include "core/io/sharded_checkpoint.h"

#include <nlohmann/json.hpp>

#include <map>
#include <regex>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/io/checkpoint_formats.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t max_index_bytes = uint64_t{64} << 20;
constexpr size_t max_shards = 1000;

/// Shard -> the tensors that it is to have.
std::map<std::string, std::set<std::string>> shards_in(const fs::path& index) {
  const nlohmann::json all = nlohmann::json::parse(read_file(index, max_index_bytes), nullptr, false);
  const auto map = all.is_object() ? all.find("weight_map") : all.end();
  if (map == all.end() || !map->is_object() || map->empty())
    throw_input("{}: is JSON, but no index of weights: it has no 'weight_map'", index.string());
  std::map<std::string, std::set<std::string>> shards;
  for (const auto& [tensor, place] : map->items()) {
    const std::string name = place.is_string() ? place.get<std::string>() : "";
    if (name.empty() || name.front() == '.' || name.find_first_of(std::string("/\\\0", 3)) != std::string::npos)
      damaged(index, "'{}' lies in '{}', which is no name of a file beside it", printable(tensor), printable(name));
    shards[name].insert(tensor);
    if (shards.size() > max_shards) throw_input("{}: refused: it names more than {} files", index.string(), max_shards);
  }
  return shards;
}

}  // namespace

bool is_shard_index(const fs::path& file) {
  const MappedFile mapping(file);
  return mapping.bytes().starts_with("{") && checkpoint_format(mapping) == CheckpointFormat::index;
}

std::vector<fs::path> shards_of(const fs::path& index) {
  std::vector<fs::path> files;
  for (const auto& [name, tensors] : shards_in(index)) {
    files.push_back(index.parent_path() / name);
    if (!fs::is_regular_file(files.back()))
      throw_input("{}: it names {}, which is not beside it: get all of its files", index.string(), printable(name));
  }
  return files;
}

TensorMap read_shards(const fs::path& index) {
  TensorMap all;
  const auto shards = shards_in(index);
  for (const fs::path& file : shards_of(index)) {
    if (is_shard_index(file)) damaged(index, "it names another index, {}", printable(file.filename().string()));
    TensorMap tensors = read_state_dict(file);
    for (const std::string& name : shards.at(file.filename().string())) {
      const auto place = tensors.find(name);
      if (place == tensors.end())
        throw_input("{}: it lacks '{}', which {} says is in it: the files are not of one model", file.string(),
                    printable(name), index.filename().string());
      all[name] = place->second;
      tensors.erase(place);
    }
    if (!tensors.empty())
      throw_input("{}: it has '{}', which {} does not know: the files are not of one model", file.string(),
                  printable(tensors.begin()->first), index.filename().string());
  }
  return all;
}

std::string hash_of_weights(const fs::path& file, const std::function<std::string(const fs::path&)>& hash) {
  if (!is_shard_index(file)) return hash(file);
  std::string lines = fmt::format("{} {}\n", file.filename().string(), hash(file));
  for (const fs::path& shard : shards_of(file)) lines += fmt::format("{} {}\n", shard.filename().string(), hash(shard));
  return sha256_of(lines);
}

std::string hash_of_weights(const fs::path& file) {
  return hash_of_weights(file, sha256_of_file);
}

std::string shard_hint(const std::string& file) {
  static const std::regex part("(.*)-([0-9]{5})-of-([0-9]{5})(\\.[a-z]+)$");
  std::smatch found;
  const std::string name = fs::path(file).filename().string();
  if (!std::regex_match(name, found, part) || found[3] == "00001") return "";
  return fmt::format("; it is part {} of {}: name their index, {}{}.index.json", std::stoi(found[2]),
                     std::stoi(found[3]), found[1].str(), found[4].str());
}

}  // namespace adrep
