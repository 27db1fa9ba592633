#include "core/neighbours/faiss_flat.h"

#include <faiss/IndexFlat.h>

#include "core/neighbours/rounding.h"

namespace adrep {

FaissFlat::FaissFlat(const at::Tensor& rows, Measure measure)
    : measure_(measure), longest_(rows.square().sum(1).max().item<double>()) {
  const auto metric = measure == Measure::product ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2;
  index_ = std::make_unique<faiss::IndexFlat>(rows.size(1), metric);
  index_->add(rows.size(0), rows.contiguous().const_data_ptr<float>());
}

FaissFlat::~FaissFlat() = default;

Proposals FaissFlat::propose(const at::Tensor& queries, int64_t width) const {
  const int64_t count = queries.size(0);
  Proposals found(count, std::min(width, index_->ntotal));
  std::vector<float> measured(found.rows.size());
  index_->search(count, queries.const_data_ptr<float>(), found.width, measured.data(), found.rows.data());
  if (found.width == index_->ntotal) return found;
  // FAISS measures no other row better than the last that it proposes
  const at::Tensor norms = queries.square().sum(1);
  for (int64_t i = 0; i < count; ++i) {
    const double last = measured[static_cast<size_t>((i + 1) * found.width - 1)];
    const double norm = norms.const_data_ptr<float>()[i];
    found.others.push_back(measure_ == Measure::product
                               ? last + product_rounding(queries.size(1)) * std::sqrt(norm * longest_)
                               : last - squared_distance_rounding(queries.size(1)) * (norm + longest_));
  }
  return found;
}

}  // namespace adrep
