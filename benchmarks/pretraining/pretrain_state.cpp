#include "benchmarks/pretraining/pretrain_state.h"

#include <fmt/format.h>

#include <charconv>

#include "core/base/error.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
constexpr const char *weight_prefix = "weight/", *optimiser_prefix = "optimiser/", *center_prefix = "center/";

/// The saved states, the earliest first: zero-padded names sort by time.
std::vector<fs::path> state_files(const fs::path& output) {
  std::vector<fs::path> files;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(output / "states", absent))
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

int64_t number(const Safetensors& content, const char* name) {
  const auto place = content.metadata.find(name);
  int64_t value = -1;
  if (place != content.metadata.end())
    std::from_chars(place->second.data(), place->second.data() + place->second.size(), value);
  if (value < 0) throw_input("{}: damaged: its metadata has no '{}'", content.file.string(), name);
  return value;
}

}  // namespace

void save_state(const fs::path& output, const PretrainState& state, int64_t keep) {
  TensorMap tensors;
  for (const auto& [key, weight] : state.weights) tensors[weight_prefix + key] = weight.detach();
  add_below(tensors, optimiser_prefix, state.optimiser);
  for (size_t l = 0; l < state.centers.size(); ++l)
    tensors[fmt::format("{}{:03}", center_prefix, l)] = state.centers[l];
  const fs::path file = output / "states" / fmt::format("{:06}-{:08}.safetensors", state.epoch, state.pass);
  write_safetensors(file, tensors,
                    {{"epoch", std::to_string(state.epoch)},
                     {"pass", std::to_string(state.pass)},
                     {"identity", state.identity},
                     {"validation", state.validation}});
  const std::vector<fs::path> files = state_files(output);
  for (size_t i = 0; i + static_cast<size_t>(keep) < files.size(); ++i) fs::remove(files[i]);
}

std::optional<PretrainState> latest_state(const fs::path& output, const std::string& identity) {
  const std::vector<fs::path> files = state_files(output);
  if (files.empty()) return std::nullopt;
  const Safetensors content = read_safetensors(files.back());
  PretrainState state{number(content, "epoch"), number(content, "pass"),   {}, {}, {},
                      content.text("identity"), content.text("validation")};
  if (state.identity != identity)
    throw_input("{}: it was pretrained with other settings, weights or images; give another output=",
                files.back().string());
  state.weights = tensors_below(content.tensors, weight_prefix);
  state.optimiser = tensors_below(content.tensors, optimiser_prefix);
  for (const auto& [number, center] : tensors_below(content.tensors, center_prefix)) state.centers.push_back(center);
  return state;
}

}  // namespace adrep
