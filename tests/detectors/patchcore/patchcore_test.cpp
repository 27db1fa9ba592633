#include "detectors/patchcore/patchcore.h"

#include <catch2/catch.hpp>

#include "core/neighbours/faiss_matching.h"
#include "detectors/patch_features.h"
#include "detectors/patchcore/coreset.h"
#include "detectors/scoring/score_map.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

Levels golden_patchcore_levels(const Golden& golden, const std::string& part) {
  Levels levels{{}, golden.description.at("size").get<int64_t>()};
  for (int64_t l = 0; golden.has(fmt::format("{}/{}", part, l)); ++l)
    levels.maps.push_back(golden[fmt::format("{}/{}", part, l)]);
  return levels;
}

/// A fitted PatchCore whose bank is the given one.
Patchcore with_bank(const Golden& golden, const Levels& levels, const at::Tensor& bank) {
  PatchcoreParams params;
  params.dimension = golden.description.at("target_dimension").get<int64_t>();
  Patchcore patchcore(params);
  std::vector<int64_t> shapes;
  for (const at::Tensor& map : levels.maps) shapes.insert(shapes.end(), {map.size(1), map.size(2), map.size(3)});
  patchcore.load({{"shapes", at::tensor(shapes, at::kLong).view({-1, 3})}, {"bank", bank}});
  return patchcore;
}

void compare_patchcore_with_golden(const at::Device& device) {
  auto golden = load_golden("patchcore");
  Quiet quiet(0, device);
  const Levels train = golden_patchcore_levels(golden, "train").to(device),
               test = golden_patchcore_levels(golden, "test").to(device);
  const at::Tensor reduced = golden["reduced"].to(device);
  const auto count =
      static_cast<int64_t>(static_cast<double>(reduced.size(0)) * golden.description.at("ratio").get<double>());
  const at::Tensor approximate = greedy_coreset(reduced, mean_distance_to(reduced, golden["starts"]), count, quiet);
  REQUIRE(approximate.equal(golden["coreset_approximate"]));
  REQUIRE(greedy_coreset(reduced, distance_matrix_row_norms(reduced), count, quiet).equal(golden["coreset_exact"]));

  const Patchcore empty = with_bank(golden, train, golden["train_patches"].to(device));
  REQUIRE(relative_difference(empty.patches(train).flatten(0, 1), golden["train_patches"]) < 1e-4);
  REQUIRE(relative_difference(empty.patches(test).flatten(0, 1), golden["test_patches"]) < 1e-4);
  REQUIRE(relative_difference(empty.patches(train).flatten(0, 1).mm(golden["projection"].to(device).t()), reduced) <
          1e-4);

  const at::Tensor bank = golden["train_patches"].index_select(0, approximate).to(device);
  const Patchcore patchcore = with_bank(golden, train, bank);
  const Neighbours nearest = NearestNeighbours(bank).search(golden["test_patches"].to(device), 1);
  REQUIRE(nearest.rows.flatten().cpu().equal(golden["nearest"].flatten()));
  REQUIRE(relative_difference(nearest.squared_distances.flatten(), golden["patch_scores"].flatten()) < 1e-4);
  const Scores scores = patchcore.score(test);
  REQUIRE(relative_difference(scores.maps, golden["maps"]) < 1e-4);
  REQUIRE(relative_difference(scores.image_scores, golden["image_scores"]) < 1e-4);
}

}  // namespace

TEST_CASE("patchcore equals the reference code", "[golden][patchcore]") {
  compare_patchcore_with_golden(at::kCPU);
}

TEST_CASE("patchcore on CUDA equals the reference code", "[gpu][golden][patchcore]") {
  compare_patchcore_with_golden(cuda_device());
}

TEST_CASE("the bank is what the coreset selects, whatever the images are read in", "[patchcore]") {
  const Levels levels{{random_tensor({11, 4, 6, 6}, 1), random_tensor({11, 8, 3, 3}, 2)}, 24};
  PatchcoreParams params;
  params.dimension = 16;
  params.projection = 16;  // as the dimension: no random map, so the bank can be computed here
  params.coreset = "exact";
  params.ratio = 0.2;
  Patchcore patchcore(params);
  Quiet quiet(0);
  patchcore.fit(MemoryFeatures(levels), quiet.context);
  const at::Tensor all = patch_features(levels.maps, 16).flatten(0, 1);
  const at::Tensor chosen = greedy_coreset(all, distance_matrix_row_norms(all), 79, quiet);  // 79 = 11 * 36 / 5
  REQUIRE(relative_difference(patchcore.bank(), all.index_select(0, chosen)) < 1e-6);
}

TEST_CASE("the random projection is drawn as torch initialises a linear layer", "[patchcore]") {
  const at::Tensor weights = random_projection(64, 400, 5);
  REQUIRE(weights.abs().max().item<float>() <= 0.05F);
  REQUIRE(weights.std().item<double>() == Approx(0.05 / std::sqrt(3.0)).epsilon(0.02));
  REQUIRE(weights.equal(random_projection(64, 400, 5)));
}

TEST_CASE("too little memory is refused with a ratio that fits", "[patchcore]") {
  PatchcoreParams params;
  params.dimension = 16;
  params.ratio = 0.9;
  const MemoryFeatures normals(Levels{{random_tensor({8, 4, 16, 16}, 1)}, 16});
  Quiet quiet(0);
  quiet.context.memory_bytes = Patchcore::least_memory(params, normals.shapes(), normals.size()).working - 1;
  try {
    Patchcore(params).fit(normals, quiet.context);
    FAIL("not refused");
  } catch (const Error& error) {
    const std::string message = error.what();
    CAPTURE(message);
    const size_t at = message.find("patchcore.ratio=");
    REQUIRE(at != std::string::npos);
    params.ratio = std::stod(message.substr(at + 16));
  }
  Patchcore(params).fit(normals, quiet.context);
}

TEST_CASE("re-weighting is the paper's formula", "[patchcore]") {
  const Levels train{{random_tensor({4, 4, 5, 5}, 1)}, 20}, test{{random_tensor({3, 4, 5, 5}, 2)}, 20};
  PatchcoreParams params;
  params.dimension = 6;
  params.projection = 3;
  params.ratio = 0.4;
  Patchcore plain(params);
  plain.fit(MemoryFeatures(train), Quiet(0).context);
  params.reweight = 5;
  Patchcore weighted(params);
  weighted.load(plain.state());
  const Scores a = plain.score(test), b = weighted.score(test);
  REQUIRE(a.maps.equal(b.maps));
  const at::Tensor patches = plain.patches(test), bank = plain.bank();
  for (int64_t i = 0; i < 3; ++i) {
    const at::Tensor all = (patches[i].unsqueeze(1) - bank.unsqueeze(0)).square().sum(2).sqrt();  // [P, R]
    const auto [nearest, rows] = all.min(1);
    const int64_t worst = nearest.argmax().item<int64_t>(), row = rows[worst].item<int64_t>();
    const at::Tensor around = (bank - bank[row]).square().sum(1).sqrt().argsort().narrow(0, 0, 5);
    const double sum = all[worst].index_select(0, around).exp().sum().item<double>();
    const double weight = 1 - std::exp(nearest[worst].item<double>()) / sum;
    REQUIRE(b.image_scores[i].item<double>() == Approx(weight * a.image_scores[i].item<double>()).epsilon(1e-4));
  }
  params.reweight = 1;
  REQUIRE_THROWS_AS(Patchcore(params), InputError);
}

TEST_CASE("PatchCore: settings of a search that cannot be are one clear line", "[needs_faiss][patchcore]") {
  PatchcoreParams params;
  params.index = "pq";
  params.pq_parts = 100;
  REQUIRE_THROWS_WITH(Patchcore(params), "patchcore.pq_parts=100: must divide patchcore.dimension=1024");
}

TEST_CASE("PatchCore without FAISS: an index is refused in one clear line", "[without_faiss][patchcore]") {
  PatchcoreParams params;
  for (const char* kind : {"flat", "ivf", "hnsw", "pq"}) {
    params.index = kind;
    REQUIRE_THROWS_WITH(Patchcore(params), Contains(fmt::format("patchcore.index={}: this build has no FAISS", kind)));
  }
}

TEST_CASE("PatchCore with any index: few images miss their neighbour, and re-weighting is that of exact search",
          "[needs_faiss][patchcore]") {
  const Levels train{{random_tensor({6, 4, 6, 6}, 1)}, 20}, test{{random_tensor({4, 4, 6, 6}, 2)}, 20};
  PatchcoreParams params;
  params.dimension = 16;
  params.ratio = 0.5;
  params.reweight = 5;
  Patchcore exact(params);
  exact.fit(MemoryFeatures(train), Quiet(0).context);
  const Scores expected = exact.score(test);
  params.ivf_probes = 65'536;  // all of them: then every kind but hnsw is exact
  params.pq_candidates = 65'536;
  for (const char* kind : {"flat", "ivf", "hnsw", "pq"}) {
    CAPTURE(kind);
    params.index = kind;
    Patchcore patchcore(params);
    Quiet quiet(0);
    patchcore.fit(MemoryFeatures(train), quiet.context);
    REQUIRE(patchcore.bank().equal(exact.bank()));
    REQUIRE(patchcore.score(test).maps.equal(expected.maps));
    REQUIRE(patchcore.score(test).image_scores.equal(expected.image_scores));
    REQUIRE(patchcore.notes().size() == (params.index == "flat" ? 0 : 1));
  }
}
