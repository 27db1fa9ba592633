#include "benchmarks/pretraining/reference_cache.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

namespace adrep {
namespace {

/// Images of a pass through the backbone, where more than one may be.
constexpr size_t pass_images = 8;

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
  const size_t together = backbone_.batch_invariant() ? pass_images : 1;
  for (size_t first = 0; first < images.size(); first += together) {
    const size_t count = std::min(together, images.size() - first);
    const Levels levels = backbone_.forward(at::stack(at::TensorList(inputs).slice(first, count)));
    for (size_t i = 0; i < count; ++i) keep(images[first + i], levels, static_cast<int64_t>(i));
  }
}

/// Of a pass's levels those of one image.
void ReferenceCache::keep(size_t image, const Levels& levels, int64_t place) {
  Entry entry;
  for (const at::Tensor& map : levels.maps)
    entry.rows.push_back(map[place].flatten(1).t().clone(at::MemoryFormat::Contiguous));  // not the pass's memory
  entry.place = order_.insert(order_.end(), image);
  used_ += bytes_of(entry.rows);
  known_[image] = std::move(entry);
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

std::vector<at::Tensor> ReferenceCache::joined(const std::vector<size_t>& images) {
  std::vector<std::vector<at::Tensor>> parts;
  for (const size_t image : images) {
    Entry& entry = known_.at(image);
    order_.splice(order_.end(), order_, entry.place);
    parts.resize(entry.rows.size());
    for (size_t l = 0; l < parts.size(); ++l) parts[l].push_back(entry.rows[l]);
  }
  std::vector<at::Tensor> levels;
  for (const auto& part : parts) levels.push_back(at::cat(part));
  return levels;
}

std::vector<std::vector<at::Tensor>> ReferenceCache::rows(const std::vector<std::vector<size_t>>& lists) {
  std::vector<std::vector<at::Tensor>> rows;
  // as many lists at a time as fill a pass, so that the bound is exceeded by no more than one pass or list
  while (rows.size() < lists.size()) {
    std::vector<size_t> missing;
    size_t end = rows.size();
    for (; end < lists.size() && (end == rows.size() || missing.size() < pass_images); ++end)
      for (const size_t image : lists[end])
        if (!known_.contains(image) && std::find(missing.begin(), missing.end(), image) == missing.end())
          missing.push_back(image);
    if (!missing.empty()) compute(missing);
    while (rows.size() < end) rows.push_back(joined(lists[rows.size()]));
    shrink();
  }
  return rows;
}

}  // namespace adrep
