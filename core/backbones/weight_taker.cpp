#include "core/backbones/weight_taker.h"

#include <fmt/ranges.h>

#include "core/base/names.h"
#include "core/io/damaged.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

}  // namespace

WeightTaker::WeightTaker(TensorMap weights, std::string file, std::string architecture)
    : weights_(std::move(weights)), file_(std::move(file)), architecture_(std::move(architecture)) {}

void WeightTaker::ignore_prefixes(const std::vector<std::string>& prefixes) {
  ignored_prefixes_.insert(ignored_prefixes_.end(), prefixes.begin(), prefixes.end());
}

void WeightTaker::ignore_suffixes(const std::vector<std::string>& suffixes) {
  ignored_suffixes_.insert(ignored_suffixes_.end(), suffixes.begin(), suffixes.end());
}

void WeightTaker::ignore_all_but(const std::vector<std::string>& prefixes) {
  only_ = prefixes;
}

bool WeightTaker::check(const std::string& key, at::IntArrayRef shape) {
  known_.insert(key);
  const auto place = weights_.find(key);
  if (place == weights_.end()) {
    missing_.push_back(fmt::format("'{}' {}", key, shape_text(shape)));
  } else if (place->second.sizes() != shape) {
    misshapen_.push_back(
        fmt::format("'{}' is {}, expected {}", key, shape_text(place->second.sizes()), shape_text(shape)));
  } else if (!place->second.is_floating_point()) {
    misshapen_.push_back(fmt::format("'{}' holds no floating-point numbers", key));
  } else if (!at::isfinite(place->second).all().item<bool>()) {
    // not every layer hands it on: the maximum of a ReLU may lose it
    misshapen_.push_back(fmt::format("'{}' holds NaN or infinite numbers", key));
  } else {
    return true;
  }
  return false;
}

at::Tensor WeightTaker::take_tensor(const std::string& key, at::IntArrayRef shape) {
  if (!check(key, shape)) return at::zeros(std::vector<int64_t>(shape.size(), 1)).expand(shape);
  const at::Tensor& tensor = weights_.at(key);
  if (!key.ends_with(".running_mean") && !key.ends_with(".running_var")) parameters_ += tensor.numel();
  return tensor;
}

bool WeightTaker::ignored(const std::string& key) const {
  const auto starts = [&](const std::string& prefix) { return key.starts_with(prefix); };
  const auto ends = [&](const std::string& suffix) { return key.ends_with(suffix); };
  if (!only_.empty() && std::none_of(only_.begin(), only_.end(), starts)) return true;
  return std::any_of(ignored_prefixes_.begin(), ignored_prefixes_.end(), starts) ||
         std::any_of(ignored_suffixes_.begin(), ignored_suffixes_.end(), ends);
}

std::vector<std::string> WeightTaker::unknown() const {
  std::vector<std::string> keys;
  for (const auto& [key, tensor] : weights_)
    if (!known_.contains(key) && !ignored(key))
      keys.push_back(fmt::format("'{}' {}", printable(key), shape_text(tensor.sizes())));
  return keys;
}

void WeightTaker::finish() const {
  const std::vector<std::string> strange = unknown();
  if (missing_.empty() && misshapen_.empty() && strange.empty()) return;
  std::vector<std::string> counts, lists;
  const auto add = [&](const std::vector<std::string>& keys, const char* what) {
    if (keys.empty()) return;
    counts.push_back(fmt::format("{} {}", keys.size(), what));
    lists.push_back(fmt::format("{}: {}", what, fmt::join(keys, "; ")));
  };
  add(missing_, "missing");
  add(misshapen_, "misshapen");
  add(strange, "unknown");
  throw_input("{}: not the weights of {}{}: of its keys {} ({})", file_, architecture_, shard_hint(file_),
              listed(counts), fmt::join(lists, "; "));
}

}  // namespace adrep
