#include "core/representation/pretrained.h"

#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include "core/representation/reference_residuals.h"

namespace adrep {
namespace {

void require_levels(const ProjectorCheckpoint& checkpoint, const std::vector<at::Tensor>& rows) {
  std::vector<int64_t> channels;
  for (const at::Tensor& level : rows) channels.push_back(level.size(1));
  if (channels != checkpoint.channels)
    throw_input("{}: the projectors are for levels of {} channels, the backbone gives {}{}", checkpoint.file.string(),
                fmt::join(checkpoint.channels, ", "), fmt::join(channels, ", "),
                checkpoint.backbone.empty() ? "" : fmt::format("; use backbone={}", checkpoint.backbone));
}

}  // namespace

PretrainedRepresentation::PretrainedRepresentation(const ProjectorCheckpoint& checkpoint, ReferenceBank bank,
                                                   Match match, const at::Device& device)
    : params_(checkpoint.params),
      residual_(checkpoint.residual),
      bank_(std::move(bank)),
      match_(match),
      device_(device) {
  require_levels(checkpoint, bank_.rows);
  for (const auto& [key, weight] : checkpoint.weights) weights_[key] = weight.to(device);
  for (at::Tensor& rows : bank_.rows) {
    rows = rows.to(device);
    if (projector_entry(params_).needs_references)
      references_.push_back(
          reference_residuals(rows, std::max<int64_t>(1, static_cast<int64_t>(bank_.files.size())), match)
              .unsqueeze(0));
  }
}

Levels PretrainedRepresentation::apply(const Levels& levels) const {
  const at::NoGradGuard no_grad;
  if (levels.count() != static_cast<int64_t>(bank_.rows.size()))
    throw_failure("the projectors have {} levels, the features have {}", bank_.rows.size(), levels.count());
  Levels projected{{}, levels.image_size};
  for (int64_t l = 0; l < levels.count(); ++l) {
    const auto i = static_cast<size_t>(l);
    const at::Tensor features = levels[l].to(device_);
    const at::Tensor input = residual_ ? residual(features, bank_.rows[i], match_) : features;
    const at::Tensor output = project(params_, weights_, l, input, references_.empty() ? at::Tensor() : references_[i]);
    projected.maps.push_back(output.to(levels[l].device()).contiguous());
  }
  return projected;
}

}  // namespace adrep
