#include "core/representation/reference_residuals.h"

#include "core/base/error.h"

namespace adrep {
namespace {

/// The matches of rows begin … end − 1 among all other rows.
at::Tensor match_without(const at::Tensor& bank, int64_t begin, int64_t end, Match match, const MatchOptions& options) {
  const at::Tensor others = at::cat({bank.narrow(0, 0, begin), bank.narrow(0, end, bank.size(0) - end)});
  return others.index_select(0, match_references(bank.narrow(0, begin, end - begin), others, match, options));
}

}  // namespace

at::Tensor reference_residuals(const at::Tensor& bank, int64_t images, Match match, const MatchOptions& options) {
  if (images < 1 || bank.dim() != 2 || bank.size(0) % images != 0 || bank.size(0) < 1)
    throw_failure("{} rows of references do not divide among {} images", bank.dim() > 0 ? bank.size(0) : 0, images);
  const int64_t rows = bank.size(0), step = images > 1 ? rows / images : 1;
  if (rows == 1) return at::zeros_like(bank);
  std::vector<at::Tensor> matched;
  for (int64_t begin = 0; begin < rows; begin += step)
    matched.push_back(match_without(bank, begin, begin + step, match, options));
  return bank - at::cat(matched);
}

}  // namespace adrep
