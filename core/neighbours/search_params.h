#pragma once
#include <cstdint>
#include <string>

#include "core/base/schema.h"

namespace adrep {

/// How the nearest rows of a memory bank are found: exactly (nearest_neighbours.h) or through one of
/// FAISS's indexes (faiss_index.h), with their parameters. A value of 0 follows the bank's size, as the functions below
/// say.
struct NeighbourSearchParams {
  std::string index = "exact";
  int64_t ivf_lists = 0;
  int64_t ivf_probes = 0;
  int64_t hnsw_links = 32;
  int64_t hnsw_ef = 0;
  int64_t pq_parts = 0;
  int64_t pq_candidates = 32;

  /// Declares them in the schema of parameters P, which derive from these.
  template <class P>
  static void declare(Schema<P>& s);

  /// Inverted lists: min(4·√rows, rows / 39), FAISS's advice and the fewest points a list that its k-means asks for.
  int64_t lists_of(int64_t rows) const;
  /// Lists that a query looks into: a quarter of them.
  int64_t probes_of(int64_t rows) const;
  /// Width of the beam in the graph: √rows, from 64 to 512.
  int64_t beam_of(int64_t rows) const;
  /// Parts that a row is cut into: the most that divide the width and have eight values or more.
  int64_t parts_of(int64_t width) const;
};

/// Throws InputError for settings that this build or this width does not have. `prefix` ("patchcore.") is for the
/// message.
void require_search(const NeighbourSearchParams& params, int64_t width, const std::string& prefix);

/// Bytes that making and searching the index needs beside the bank itself.
int64_t search_bytes(const NeighbourSearchParams& params, int64_t rows, int64_t width);

template <class P>
void NeighbourSearchParams::declare(Schema<P>& s) {
  s.add(static_cast<std::string P::*>(&P::index), "index")
      .one_of({"exact", "flat", "ivf", "hnsw", "pq"})
      .doc(
          "how the nearest patches are found: exactly by adrep, or by an index of FAISS; ivf, hnsw and pq may miss "
          "some");
  s.add(static_cast<int64_t P::*>(&P::ivf_lists), "ivf_lists")
      .at_least(0)
      .at_most(65'536)
      .doc("ivf: clusters of the bank, at most its rows; 0: min(4 sqrt(rows), rows / 39)");
  s.add(static_cast<int64_t P::*>(&P::ivf_probes), "ivf_probes")
      .at_least(0)
      .at_most(65'536)
      .doc("ivf: clusters that a patch is compared with, at most all; 0: a quarter of them");
  s.add(static_cast<int64_t P::*>(&P::hnsw_links), "hnsw_links")
      .at_least(2)
      .at_most(512)
      .doc("hnsw: links of a patch to its neighbours in the graph, twice as many in its lowest layer");
  s.add(static_cast<int64_t P::*>(&P::hnsw_ef), "hnsw_ef")
      .at_least(0)
      .at_most(65'536)
      .doc("hnsw: how many of the nearest so far a search follows; 0: sqrt(rows), from 64 to 512");
  s.add(static_cast<int64_t P::*>(&P::pq_parts), "pq_parts")
      .at_least(0)
      .at_most(65'536)
      .doc("pq: parts that a patch is cut into, a byte each; 0: the most that divide it and have 8 values or more");
  s.add(static_cast<int64_t P::*>(&P::pq_candidates), "pq_candidates")
      .at_least(1)
      .at_most(65'536)
      .doc("pq: patches of the bank that are proposed by their codes and then measured");
}

}  // namespace adrep
