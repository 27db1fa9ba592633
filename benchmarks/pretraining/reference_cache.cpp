#include "benchmarks/pretraining/reference_cache.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

namespace adrep {
namespace {

int64_t bytes_of(const std::vector<at::Tensor>& rows) {
  int64_t bytes = 0;
  for (const at::Tensor& level : rows) bytes += static_cast<int64_t>(level.nbytes());
  return bytes;
}

}  // namespace

void ReferenceCache::compute(const std::vector<size_t>& images) {
  std::vector<at::Tensor> inputs(images.size());
  at::parallel_for(0, static_cast<int64_t>(images.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      const LoadedSample loaded = load_sample(data_.images[images[at]], geometry_);
      inputs[at] = normalised(loaded.image, backbone_.info().mean, backbone_.info().std);
    }
  });
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < images.size(); ++i) {
    // one by one: the last bits of a batch's features depend on who else is in it, and that on what the cache holds
    const Levels levels = backbone_.forward(inputs[i].unsqueeze(0));
    Entry entry;
    for (const at::Tensor& map : levels.maps) entry.rows.push_back(map[0].flatten(1).t().contiguous());
    entry.place = order_.insert(order_.end(), images[i]);
    used_ += bytes_of(entry.rows);
    known_[images[i]] = std::move(entry);
  }
}

void ReferenceCache::shrink() {
  while (used_ > bytes_ && !order_.empty()) {
    const auto oldest = known_.find(order_.front());
    used_ -= bytes_of(oldest->second.rows);
    known_.erase(oldest);
    order_.pop_front();
  }
}

void ReferenceCache::forget() {
  known_.clear();
  order_.clear();
  used_ = 0;
}

std::vector<at::Tensor> ReferenceCache::rows(const std::vector<size_t>& images) {
  std::vector<size_t> missing;
  for (const size_t image : images)
    if (!known_.contains(image) && std::find(missing.begin(), missing.end(), image) == missing.end())
      missing.push_back(image);
  if (!missing.empty()) compute(missing);
  std::vector<std::vector<at::Tensor>> parts;
  for (const size_t image : images) {
    Entry& entry = known_.at(image);
    order_.splice(order_.end(), order_, entry.place);
    parts.resize(entry.rows.size());
    for (size_t l = 0; l < parts.size(); ++l) parts[l].push_back(entry.rows[l]);
  }
  shrink();
  std::vector<at::Tensor> joined;
  for (const auto& part : parts) joined.push_back(at::cat(part));
  return joined;
}

}  // namespace adrep
