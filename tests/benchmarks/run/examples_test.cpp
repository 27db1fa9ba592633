#include "benchmarks/run/examples.h"

#include <catch2/catch.hpp>

#include <set>

using namespace adrep;

namespace {

std::vector<Sample> samples_of(const std::vector<bool>& anomalous) {
  std::vector<Sample> samples;
  for (size_t i = 0; i < anomalous.size(); ++i) {
    Sample sample;
    sample.id = fmt::format("{}.png", i);
    sample.anomalous = anomalous[i];
    samples.push_back(sample);
  }
  return samples;
}

std::vector<int64_t> images_of(const std::vector<Example>& examples) {
  std::vector<int64_t> images;
  for (const Example& example : examples) images.push_back(example.image);
  return images;
}

}  // namespace

TEST_CASE("examples are the clearest defects, the middle one, those missed and the worst false alarm", "[runner]") {
  const std::vector<Sample> test = samples_of({false, true, true, true, true, true, true, true, false});
  const at::Tensor scores = at::tensor({0.5F, 7.0F, 1.0F, 6.0F, 2.0F, 5.0F, 3.0F, 4.0F, 0.6F});
  const std::vector<Example> six = choose_examples(test, scores, 6);
  CHECK(images_of(six) == std::vector<int64_t>{1, 3, 7, 4, 2, 8});
  CHECK(six[0].why == "clearest");
  CHECK(six[2].why == "in the middle");
  CHECK(six[4].why == "lowest of the defects");
  CHECK(six[5].why == "highest of the normal");
  CHECK(images_of(choose_examples(test, scores, 3)) == std::vector<int64_t>{1, 2, 8});
  CHECK(images_of(choose_examples(test, scores, 1)) == std::vector<int64_t>{8});
  CHECK(choose_examples(test, scores, 0).empty());
  const std::vector<int64_t> all = images_of(choose_examples(test, scores, 100));
  CHECK(all.size() == 8);  // every defect once, and one normal image
  CHECK(std::set<int64_t>(all.begin(), all.end()).size() == 8);
  CHECK(images_of(choose_examples(samples_of({true, true}), at::tensor({1.0F, 2.0F}), 6)) ==
        std::vector<int64_t>{1, 0});
  CHECK(images_of(choose_examples(samples_of({false}), at::tensor({1.0F}), 6)) == std::vector<int64_t>{0});
}
