#include "benchmarks/pretraining/pretrain_state.h"

#include <fmt/format.h>

#include <cinttypes>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/io/sealed_tensors.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
const SealKind state_kind{"adrep pretraining state", 1};
constexpr const char *weight_prefix = "weight/", *optimiser_prefix = "optimiser/", *center_prefix = "center/";

/// The saved states, the earliest first: zero-padded names sort by time.
std::vector<fs::path> state_files(const fs::path& output) {
  return files_ending(output / "states", ".safetensors");
}

PretrainState state_from(SealedTensors content) {
  const nlohmann::json& says = content.description;
  PretrainState state{says.at("epoch"), says.at("pass"), {}, {}, {}, says.at("identity"), says.at("validation")};
  state.weights = tensors_below(content.tensors, weight_prefix);
  state.optimiser = tensors_below(content.tensors, optimiser_prefix);
  for (const auto& [number, center] : tensors_below(content.tensors, center_prefix)) state.centers.push_back(center);
  return state;
}

}  // namespace

void save_state(const fs::path& output, const PretrainState& state, int64_t keep) {
  TensorMap tensors;
  for (const auto& [key, weight] : state.weights) tensors[weight_prefix + key] = weight.detach();
  add_below(tensors, optimiser_prefix, state.optimiser);
  for (size_t l = 0; l < state.centers.size(); ++l)
    tensors[fmt::format("{}{:03}", center_prefix, l)] = state.centers[l];
  const fs::path file = output / "states" / fmt::format("{:06}-{:08}.safetensors", state.epoch, state.pass);
  write_sealed(
      file, state_kind,
      {{{"epoch", state.epoch}, {"pass", state.pass}, {"identity", state.identity}, {"validation", state.validation}},
       std::move(tensors)});
  const std::vector<fs::path> files = state_files(output);
  for (size_t i = 0; i + static_cast<size_t>(keep) < files.size(); ++i) fs::remove(files[i]);
}

std::optional<PretrainState> latest_state(const fs::path& output, const std::string& identity) {
  const std::vector<fs::path> files = state_files(output);
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    std::optional<PretrainState> state;
    try {
      state = state_from(read_sealed(*file, state_kind));
    } catch (const InputError& damaged) {
      log_warning(fmt::format("{}; {}", damaged.what(),
                              file + 1 == files.rend() ? "it is the last one" : "the state before it is taken"));
      continue;
    }
    if (state->identity != identity)
      throw_input("{}: it was pretrained with other settings, weights or images; give another output=", file->string());
    return state;
  }
  if (!files.empty())
    throw_input("{}: none of the saved states can be read: remove the folder to start anew",
                (output / "states").string());
  return std::nullopt;
}

std::optional<std::pair<int64_t, int64_t>> latest_place(const fs::path& output) {
  const std::vector<fs::path> files = state_files(output);
  std::pair<int64_t, int64_t> place;
  if (files.empty() ||
      std::sscanf(files.back().stem().c_str(), "%" SCNd64 "-%" SCNd64, &place.first, &place.second) != 2)
    return std::nullopt;
  return place;
}

}  // namespace adrep
