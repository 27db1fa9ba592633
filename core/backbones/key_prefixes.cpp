#include "core/backbones/key_prefixes.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/base/error.h"
#include "core/io/damaged.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

constexpr std::array<std::string_view, 6> training_prefixes = {"module.",  "_orig_mod.", "backbone.",
                                                               "teacher.", "model.",     "dinov2."};

/// Whether nothing but names that training codes use stands in it.
bool is_training_prefix(std::string_view prefix) {
  while (!prefix.empty()) {
    const auto part = std::find_if(training_prefixes.begin(), training_prefixes.end(),
                                   [&](std::string_view name) { return prefix.starts_with(name); });
    if (part == training_prefixes.end()) return false;
    prefix.remove_prefix(part->size());
  }
  return true;
}

}  // namespace

TensorMap without_prefix(TensorMap tensors, const std::vector<std::string>& markers, const std::string& file) {
  std::set<std::string> prefixes;
  for (const std::string& marker : markers) {
    if (tensors.contains(marker)) return tensors;
    for (const auto& [key, tensor] : tensors)
      if (key.ends_with(marker))
        if (const std::string prefix = key.substr(0, key.size() - marker.size()); is_training_prefix(prefix))
          prefixes.insert(prefix);
  }
  if (prefixes.empty()) return tensors;
  if (prefixes.size() > 1)
    throw_input(
        "{}: it holds several models, under '{}' and '{}': write the one wanted with adrep weights convert "
        "--only PREFIX",
        file, printable(*prefixes.begin()), printable(*prefixes.rbegin()));
  return tensors_below(tensors, *prefixes.begin());
}

}  // namespace adrep
