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
                                                   Match match, const at::Device& device, const MatchOptions& options)
    : params_(checkpoint.params), residual_(checkpoint.residual), match_(match), device_(device), options_(options) {
  require_levels(checkpoint, bank.rows);
  for (const auto& [key, weight] : checkpoint.weights) weights_[key] = weight.to(device);
  weights_ = frozen_projector(params_, weights_, static_cast<int64_t>(bank.rows.size()));
  use(std::move(bank));
}

void PretrainedRepresentation::use(ReferenceBank bank) {
  bank_ = std::move(bank);
  references_.clear();
  const auto images = std::max<int64_t>(1, static_cast<int64_t>(bank_.files.size()));
  for (at::Tensor& rows : bank_.rows) {
    rows = rows.to(device_);
    if (projector_entry(params_).needs_references)
      references_.push_back(reference_residuals(rows, images, match_, options_).unsqueeze(0));
  }
}

std::unique_ptr<Representation> PretrainedRepresentation::with(ReferenceBank bank) const {
  auto made = std::make_unique<PretrainedRepresentation>(*this);
  made->use(std::move(bank));
  return made;
}

Levels PretrainedRepresentation::apply(const Levels& levels) const {
  const at::NoGradGuard no_grad;
  if (levels.count() != static_cast<int64_t>(bank_.rows.size()))
    throw_failure("the projectors have {} levels, the features have {}", bank_.rows.size(), levels.count());
  Levels projected{{}, levels.image_size, levels.content};
  for (int64_t l = 0; l < levels.count(); ++l) {
    const auto i = static_cast<size_t>(l);
    const at::Tensor features = levels[l].to(device_);
    const at::Tensor input = residual_ ? residual(features, bank_.rows[i], match_, options_) : features;
    const at::Tensor output = project(params_, weights_, l, input, references_.empty() ? at::Tensor() : references_[i]);
    projected.maps.push_back(output.to(levels[l].device()).contiguous());
  }
  return projected;
}

std::unique_ptr<Representation> make_representation(const std::string& kind, ReferenceBank bank, Match match,
                                                    const ProjectorCheckpoint* projector, const at::Device& device,
                                                    const MatchOptions& options) {
  if (kind == "residual") return std::make_unique<ResidualRepresentation>(std::move(bank), match, options);
  ADREP_ASSERT(kind == "pretrained" && projector, "{} features, or none of the projectors they need", kind);
  return std::make_unique<PretrainedRepresentation>(*projector, std::move(bank), match, device, options);
}

}  // namespace adrep
