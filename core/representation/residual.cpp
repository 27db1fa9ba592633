#include "core/representation/residual.h"

#include "core/base/error.h"

namespace adrep {

at::Tensor residual(const at::Tensor& features, const at::Tensor& bank, Match match, const MatchOptions& options) {
  const int64_t b = features.size(0), c = features.size(1), h = features.size(2), w = features.size(3);
  const at::Tensor queries = features.permute({0, 2, 3, 1}).reshape({-1, c});
  const at::Tensor matched = bank.index_select(0, match_references(queries, bank, match, options));
  return features - matched.view({b, h, w, c}).permute({0, 3, 1, 2});
}

Levels ResidualRepresentation::apply(const Levels& levels) const {
  if (levels.count() != static_cast<int64_t>(bank_.rows.size()))
    throw_failure("the reference bank has {} levels, the features have {}", bank_.rows.size(), levels.count());
  Levels residuals{{}, levels.image_size, levels.content};
  for (int64_t l = 0; l < levels.count(); ++l)
    residuals.maps.push_back(residual(levels[l], bank_.rows[static_cast<size_t>(l)], match_, options_).contiguous());
  return residuals;
}

std::unique_ptr<Representation> ResidualRepresentation::with(ReferenceBank bank) const {
  return std::make_unique<ResidualRepresentation>(std::move(bank), match_, options_);
}

}  // namespace adrep
