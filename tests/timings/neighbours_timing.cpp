// Parts of core/neighbours on seeded values, no file: k-means as it clusters the blocks of aligned references and the
// images of references.select=kmeans; matching with 8 references of 28 x 28 features, and the exact search on the same
// rows.
#include "core/base/random.h"
#include "core/neighbours/faiss_matching.h"
#include "core/neighbours/kmeans.h"
#include "core/neighbours/nearest_neighbours.h"
#include "core/neighbours/reference_matching.h"
#include "timing.h"

namespace adrep::timing {
namespace {

at::Tensor normal_rows(int64_t count, int64_t width, uint64_t seed) {
  at::Tensor rows = at::empty({count, width});
  Random random(seed);
  float* values = rows.mutable_data_ptr<float>();
  for (int64_t i = 0; i < rows.numel(); ++i) values[i] = static_cast<float>(random.normal());
  return rows;
}

/// The value is the spread.
Timing clustering(const std::string& name, int64_t count, int64_t width, int64_t clusters) {
  return {"kmeans_" + name, "", [=](const Safetensors&) -> Call {
            const at::Tensor points = normal_rows(count, width, 1);
            return [=] { return kmeans(points, clusters, 2, /*iterations=*/20).spread; };
          }};
}

constexpr int64_t query_rows = 4 * 28 * 28, bank_rows = 8 * 28 * 28;

/// A share of the rows are equal, as the features of a saturated background are.
at::Tensor feature_rows(int64_t count, int64_t width, double equal, uint64_t seed) {
  at::Tensor rows = normal_rows(count, width, seed);
  rows.narrow(0, 0, static_cast<int64_t>(equal * static_cast<double>(count))).fill_(0.5);
  return rows;
}

/// The value is the mean of the rows' numbers.
Timing matching(const std::string& name, double equal, int64_t width,
                const std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>& match) {
  const std::string of = equal > 0 ? "_equal" : "";
  return {fmt::format("match_{}{}_c{}", name, of, width), "", [=](const Safetensors&) -> Call {
            const at::Tensor features = feature_rows(query_rows, width, equal, 1),
                             bank = feature_rows(bank_rows, width, equal, 2);
            return [=] { return match(features, bank).to(at::kDouble).mean().item<double>(); };
          }};
}

bool add_matching(double equal, int64_t width) {
  using Rows = const at::Tensor&;
  add(matching("cosine", equal, width, [](Rows q, Rows b) { return match_references(q, b, Match::cosine); }));
  add(matching("l2", equal, width, [](Rows q, Rows b) { return match_references(q, b, Match::l2); }));
  add(matching("search", equal, width, [](Rows q, Rows b) { return NearestNeighbours(b).search(q, 1).rows; }));
  if (!has_faiss()) return true;
  const MatchOptions faiss{.faiss = true};
  add(matching("cosine_faiss", equal, width,
               [=](Rows q, Rows b) { return match_references(q, b, Match::cosine, faiss); }));
  return add(
      matching("l2_faiss", equal, width, [=](Rows q, Rows b) { return match_references(q, b, Match::l2, faiss); }));
}

[[maybe_unused]] const bool added_neighbours[] = {add(clustering("blocks", 200 * 121, 64, 5)),
                                                  add(clustering("images", 209, 496, 8)),
                                                  add_matching(0, 24),
                                                  add_matching(0, 112),
                                                  add_matching(0, 320),
                                                  add_matching(0.2, 24)};

}  // namespace
}  // namespace adrep::timing
