// Every registered detector on parts of the demo data set: from image files over residual features to pixel scores.
#include <catch2/catch.hpp>

#include "benchmarks/run/evaluation.h"
#include "core/features/extraction.h"
#include "core/representation/residual.h"
#include "datasets/dataset.h"
#include "datasets/synthetic/synthetic.h"
#include "detectors/every_detector.h"
#include "detectors/scoring/score_map.h"
#include "support/golden.h"
#include "support/program.h"

using namespace adrep;
using namespace adrep::test;

namespace {

// Share of pairs (pixel of a defect, normal pixel) in which the defect scores higher. Random scores give a half.
constexpr int drawn_size = 128;
constexpr double margin = 0.65, random_scores = 0.55;

/// A class of the demo data: residual features to all of its training images, and the truth of its test images.
struct DemoClass {
  Levels train, test;
  std::vector<Sample> samples;
  GroundTruth truth;

  DemoClass(const Dataset& dataset, const std::string& name, const Backbone& backbone) {
    const Geometry geometry{drawn_size, drawn_size};
    const ClassSplit split = dataset.load(name);
    const auto raw = [&](const std::vector<Sample>& images) {
      std::vector<ImageFile> files;
      for (const Sample& sample : images) files.push_back(sample.image());
      ExtractionOptions extraction;
      extraction.geometry = geometry;
      return extract([&]() -> const Backbone& { return backbone; }, files, extraction).levels;
    };
    const Levels normals = raw(split.train), images = raw(split.test);
    const int64_t half = normals.batch() / 2;  // references; the other half is what the detector learns from
    train.image_size = test.image_size = geometry.crop;
    for (const at::Tensor& level : normals.maps) {
      const at::Tensor bank = level.narrow(0, 0, half).permute({0, 2, 3, 1}).reshape({-1, level.size(1)}).contiguous();
      train.maps.push_back(residual(level.narrow(0, half, half).contiguous(), bank, Match::cosine));
      test.maps.push_back(residual(images.maps[train.maps.size() - 1], bank, Match::cosine));
    }
    samples = split.test;
    truth = load_ground_truth(samples, geometry);
  }

  double pixel_auroc(const at::Tensor& maps, const at::Tensor& image_scores) const {
    for (const auto& [name, metric] : evaluate(maps, image_scores, truth, samples, "exact"))
      if (name == "pixel_auroc") return metric.value;
    return 0;
  }
};

}  // namespace

// Random features tell these defects from the parts too little: the published weights are meant.
TEST_CASE("defects of the demo data score above normal parts, by every registered detector", "[detectors]") {
  const TemporaryFolder folder;
  DemoOptions options;
  options.train_per_class = 24;
  options.normal_test_per_class = 4;
  options.defects_per_type = 2;
  options.size = drawn_size;
  REQUIRE(make_demo_dataset(folder / "data", options));
  const auto dataset = open_dataset(folder / "data", "auto");
  const auto backbone = load_backbone("efficientnet_lite0", installed_weights(), at::kCPU);
  std::map<std::string, double> auroc;  // mean over the classes
  for (const std::string name : {"circuit_board", "brushed_metal"}) {
    const DemoClass demo(*dataset, name, *backbone);
    const auto images = static_cast<int64_t>(demo.samples.size());
    const at::Tensor random_maps = upsample(random_tensor({images, 16, 16}, 1), drawn_size, AlignCorners::no);
    auroc["random scores"] += demo.pixel_auroc(random_maps, random_tensor({images}, 2)) / 2;
    for (const auto& [detector, entry] : DetectorRegistry::instance().all()) {
      const Scores scores = fitted(entry, demo.train)->score(demo.test);
      auroc[detector] += demo.pixel_auroc(scores.maps, scores.image_scores) / 2;
    }
  }
  for (const auto& [detector, value] : auroc) {
    CAPTURE(detector);
    if (detector == "random scores")
      CHECK(value < random_scores);
    else
      CHECK(value >= margin);
  }
}
