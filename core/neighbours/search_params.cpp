#include "core/neighbours/search_params.h"

#include "core/base/error.h"
#include "core/neighbours/faiss_matching.h"

namespace adrep {

int64_t NeighbourSearchParams::lists_of(int64_t rows) const {
  const auto advised = static_cast<int64_t>(4 * std::sqrt(static_cast<double>(rows)));
  return std::clamp<int64_t>(ivf_lists > 0 ? ivf_lists : std::min(advised, rows / 39), 1, rows);
}

int64_t NeighbourSearchParams::probes_of(int64_t rows) const {
  const int64_t lists = lists_of(rows);
  return std::min(lists, ivf_probes > 0 ? ivf_probes : (lists + 3) / 4);
}

int64_t NeighbourSearchParams::beam_of(int64_t rows) const {
  if (hnsw_ef > 0) return hnsw_ef;
  return std::clamp<int64_t>(static_cast<int64_t>(std::sqrt(static_cast<double>(rows))), 64, 512);
}

int64_t NeighbourSearchParams::parts_of(int64_t width) const {
  if (pq_parts > 0) return pq_parts;
  int64_t parts = std::max<int64_t>(1, width / 8);
  while (width % parts != 0) --parts;
  return parts;
}

int64_t search_bytes(const NeighbourSearchParams& params, int64_t rows, int64_t width) {
  constexpr int64_t value = sizeof(float);
  const int64_t copy = rows * width * value;
  if (params.index == "flat") return 2 * copy;  // with the mean subtracted, and FAISS's copy of it
  if (params.index == "ivf") return copy + 8 * rows + 4 * params.lists_of(rows) * width * value;
  // rows are added one by one to arrays that grow by doubling: for a moment the old and the new one
  if (params.index == "hnsw") return 3 * (copy + rows * (8 * params.hnsw_links + 64));
  if (params.index == "pq") {
    const int64_t parts = params.parts_of(width);
    return 2 * rows * parts + 2 * rows * (width / parts) * value + 4 * 256 * width * value;
  }
  return copy + copy / 2;  // exact: with the mean subtracted; or integers and coordinates, for a moment twice
}

void require_search(const NeighbourSearchParams& params, int64_t width, const std::string& prefix) {
  if (params.index != "exact" && !has_faiss())
    throw_input("{}index={}: this build has no FAISS: install libfaiss-dev and build again, or leave {}index=exact",
                prefix, params.index, prefix);
  if (params.index == "pq" && width % params.parts_of(width) != 0)
    throw_input("{}pq_parts={}: must divide {}dimension={}", prefix, params.pq_parts, prefix, width);
}

}  // namespace adrep
