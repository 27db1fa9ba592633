#pragma once
#include "core/neighbours/reference_matching.h"
#include "core/representation/representation.h"

namespace adrep {

/// feature − matched (un-normalised) reference (paper Sec. 3.1; protocol §4). features [B, C, H, W], bank [R, C].
at::Tensor residual(const at::Tensor& features, const at::Tensor& bank, Match match, const MatchOptions& options = {});

class ResidualRepresentation final : public Representation {
 public:
  ResidualRepresentation(ReferenceBank bank, Match match, const MatchOptions& options = {})
      : bank_(std::move(bank)), match_(match), options_(options) {}
  std::string name() const override { return "residual"; }
  Levels apply(const Levels& levels) const override;
  std::unique_ptr<Representation> with(ReferenceBank bank) const override;
  const ReferenceBank& bank() const { return bank_; }

 private:
  ReferenceBank bank_;
  Match match_;
  MatchOptions options_;
};

}  // namespace adrep
