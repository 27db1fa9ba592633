#include "core/representation/reference_selection.h"

#include "core/base/random.h"

namespace adrep {

std::vector<int64_t> random_references(int64_t normals, int64_t shots, uint64_t seed) {
  return Random(derive_seed(seed, "references")).sample(normals, std::min(normals, shots));
}

ReferenceBank make_bank(const Levels& references, std::vector<std::string> files, uint64_t seed) {
  ReferenceBank bank{{}, std::move(files), seed};
  for (const at::Tensor& map : references.maps)
    bank.rows.push_back(map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)}).contiguous());
  return bank;
}

}  // namespace adrep
