#include "core/representation/residual.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "detectors/support.h"
#include "support/cuda.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const std::vector<std::pair<std::string, Match>> matches = {{"cosine", Match::cosine}, {"l2", Match::l2}};

void compare_residuals_with_golden(const at::Device& device) {
  auto golden = load_golden("residual");
  const at::Tensor features = golden["features"].to(device), bank = golden["bank"].to(device);
  for (const auto& [name, match] : matches)
    REQUIRE(relative_difference(residual(features, bank, match), golden[name + "/residual"]) < 1e-6);
}

}  // namespace

TEST_CASE("residuals of the reference code", "[golden][residual]") {
  compare_residuals_with_golden(at::kCPU);
}

TEST_CASE("residuals of the reference code on CUDA", "[gpu][golden][residual]") {
  compare_residuals_with_golden(cuda_device());
}

TEST_CASE("of copies of a row the first is matched, wherever they stand", "[residual]") {
  const at::Tensor once = random_sixteenths({70, 24}, 4, 5) + 0.01, bank = once.repeat({5, 1});
  for (const auto& [name, match] : matches) {
    CAPTURE(name);
    const at::Tensor index = match_references(once, bank, match);
    REQUIRE(index.max().item<int64_t>() < 70);
    REQUIRE(residual(once.view({70, 24, 1, 1}), bank, match).abs().max().item<float>() == 0);
  }
}

TEST_CASE("the matched reference is subtracted as it is, not normalised", "[residual]") {
  const at::Tensor bank = at::tensor(std::vector<float>{2, 0, 0, 3}).view({2, 2});
  const at::Tensor x = at::tensor(std::vector<float>{5, 1}).view({1, 2, 1, 1});
  REQUIRE(residual(x, bank, Match::cosine).flatten().equal(at::tensor(std::vector<float>{3, 1})));
  // in L2 (5, 1) is nearest to (2, 0) too, (1, 2) to (0, 3)
  const at::Tensor y = at::tensor(std::vector<float>{1, 2}).view({1, 2, 1, 1});
  REQUIRE(residual(y, bank, Match::l2).flatten().equal(at::tensor(std::vector<float>{1, -1})));
}

TEST_CASE("each level has its own bank; a wrong one is refused", "[residual]") {
  ReferenceBank bank;
  bank.rows = {random_sixteenths({30, 3}, 4, 6), random_sixteenths({20, 4}, 4, 7)};
  const ResidualRepresentation representation(bank, Match::cosine);
  const Levels levels{{random_sixteenths({2, 3, 4, 5}, 4, 8), random_sixteenths({2, 4, 2, 2}, 4, 9)}, 32};
  const Levels residuals = representation.apply(levels);
  REQUIRE(residuals.image_size == 32);
  for (int64_t l = 0; l < 2; ++l)
    REQUIRE(residuals[l].equal(residual(levels[l], bank.rows[static_cast<size_t>(l)], Match::cosine)));
  REQUIRE_THROWS_AS(representation.apply(Levels{{levels[0]}, 32}), Error);
  REQUIRE_THROWS_WITH(residual(levels[0], bank.rows[1], Match::l2), Catch::Contains("3 channels"));
}

TEST_CASE("the same representation with other references", "[residual]") {
  const ReferenceBank first{{random_sixteenths({30, 3}, 4, 12)}, {"a"}, 0},
      second{{random_sixteenths({20, 3}, 4, 13)}, {"b"}, 0};
  const Levels levels{{random_sixteenths({2, 3, 4, 5}, 4, 14)}, 32};
  const auto other = ResidualRepresentation(first, Match::l2).with(second);
  REQUIRE(other->name() == "residual");
  REQUIRE(other->apply(levels)[0].equal(residual(levels[0], second.rows[0], Match::l2)));
}
