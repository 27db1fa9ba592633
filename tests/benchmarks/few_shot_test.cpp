// FeatureNorm with two and four reference images (the paper's Table 5), from image files to the scores of the cells.
#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "core/base/log.h"
#include "core/features/extraction.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
namespace fs = std::filesystem;

namespace {

Levels levels_of(const Backbone& backbone, const std::vector<ImageFile>& files, const Geometry& geometry) {
  ExtractionOptions options;
  options.geometry = geometry;
  return extract([&]() -> const Backbone& { return backbone; }, files, options).levels;
}

/// x − the reference of highest cosine similarity, straight from its definition. x [C, H, W], bank [N, C, H, W].
at::Tensor plain_residual(const at::Tensor& x, const at::Tensor& bank) {
  const at::Tensor queries = x.flatten(1).t(), rows = bank.permute({0, 2, 3, 1}).reshape({-1, x.size(0)});
  const auto unit = [](const at::Tensor& v) { return v / at::linalg_vector_norm(v, 2, at::IntArrayRef{1}, true); };
  const at::Tensor matched = rows.index_select(0, unit(queries).mm(unit(rows).t()).argmax(1));
  return (queries - matched).t().reshape(x.sizes());
}

/// Image score before smoothing: mean over levels of √(|residual| + 1) − 1 in the image's size, largest value.
double plain_score(const Levels& image, const Levels& bank) {
  at::Tensor sum = at::zeros({1, 1, image.image_size, image.image_size});
  for (int64_t l = 0; l < image.count(); ++l) {
    const at::Tensor residual = plain_residual(image[l][0], bank[l]);
    const at::Tensor norm = (residual.square().sum(0).sqrt() + 1).sqrt() - 1;
    sum += at::upsample_bilinear2d(norm.view({1, 1, norm.size(0), norm.size(1)}), {image.image_size, image.image_size},
                                   /*align_corners=*/true);
  }
  return (sum / static_cast<double>(image.count())).max().item<double>();
}

}  // namespace

TEST_CASE("few-shot FeatureNorm scores residuals to the first two and four references", "[runner][feature_norm]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 6, 2);
  const std::vector<std::string> settings{"data=" + (folder / "data").string(),
                                          "backbone=" + seeded_backbone(),
                                          "cache=off",
                                          "detector=feature_norm",
                                          "features=residual",
                                          "image.crop=64",
                                          "image.resize=64",
                                          "references.resize=64",
                                          "references.shots=2,4",
                                          "feature_norm.sigma=0"};
  const RunOutcome outcome = run_plan(make_plan(resolve_run(read_config({}, settings))), folder / "out");
  REQUIRE(outcome.failed() == 0);
  REQUIRE(outcome.cells.size() == 2);
  const auto backbone = load_backbone(seeded_backbone(), {}, at::kCPU);
  std::vector<std::vector<std::string>> references;
  std::vector<std::vector<double>> scores;
  for (const CellOutcome& outcome_of : outcome.cells) {
    const Cell& cell = *outcome_of.cell;
    const size_t shots = cell.key.part("references.shots").get<size_t>();
    CAPTURE(shots);
    REQUIRE(cell.references.size() == shots);
    std::vector<ImageFile> files;
    for (const std::string& id : cell.references) files.push_back(folder / "data" / id);
    const Levels bank = levels_of(*backbone, files, {64, 64});
    scores.emplace_back();
    for (const ImageScore& score : cell.scores) {
      CAPTURE(score.id);
      const Levels image = levels_of(*backbone, {folder / "data" / score.id}, {64, 64});
      REQUIRE(score.score == Approx(plain_score(image, bank)).epsilon(1e-4));
      scores.back().push_back(score.score);
    }
    references.push_back(cell.references);
  }
  // few references are the first of many; more of them leave smaller residuals, so other scores
  if (references[0].size() > references[1].size()) std::swap(references[0], references[1]);
  REQUIRE(std::equal(references[0].begin(), references[0].end(), references[1].begin()));
  REQUIRE(scores[0] != scores[1]);
}
