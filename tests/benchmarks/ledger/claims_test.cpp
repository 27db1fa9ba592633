#include "benchmarks/ledger/claims.h"

#include <catch2/catch.hpp>

#include "support/method_results.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

std::map<std::string, Verdict> verdicts(const std::vector<Claim>& claims) {
  std::map<std::string, Verdict> of;
  for (const Claim& claim : claims) of[claim.name] = claim.verdict;
  return of;
}

}  // namespace

TEST_CASE("the paper's claims on its own numbers", "[claims]") {
  const std::vector<Claim> claims = checked_claims(methods_of(paper_values()));
  CHECK((verdicts(claims) == std::map<std::string, Verdict>{{"consistently-better", Verdict::does_not_hold},
                                                            {"learnable-best", Verdict::does_not_hold},
                                                            {"larger-gains-few-images", Verdict::holds},
                                                            {"larger-gains-noise", Verdict::holds}}));
  const std::string text = claims_as_text(claims);
  CHECK_THAT(text, Contains("25 of 250 differences are negative") && Contains("FeatureNorm: 0 of 50") &&
                       Contains("feature_norm pro: 89.3, but mlp has 90.2"));
  CHECK_THAT(claims_as_markdown(claims), Contains("| does not hold |"));
  CHECK(nlohmann::json::parse(claims_as_json(claims)).size() == 4);
}

TEST_CASE("claims on results: what is missing is not decided", "[claims]") {
  std::vector<StoredResult> results;
  const auto add = [&](const std::string& features, double image, double pro) {
    results.push_back(
        test::finished_result("visa", "candle", "padim", features, {{"image_auroc", image}, {"pro", pro}}));
  };
  add("raw", 0.8, 0.7);
  const ResultSet only_raw = ResultSet::of(results);
  CHECK((checked_claims(methods_of(only_raw))[0].verdict == Verdict::not_decided));
  add("pretrained", 0.9, 0.7);
  const ResultSet equal = ResultSet::of(results);
  CHECK((checked_claims(methods_of(equal))[0].verdict == Verdict::holds));
  results.back().cell->metrics[1].second = Metric::measured(0.698);
  const ResultSet lower = ResultSet::of(results);
  CHECK((checked_claims(methods_of(lower))[0].verdict == Verdict::does_not_hold));
  CHECK((checked_claims(methods_of(lower))[1].verdict == Verdict::not_decided));
  CHECK((checked_claims(methods_of(lower))[2].verdict == Verdict::not_decided));
}
