#include "benchmarks/run/training_images.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/image/encode.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// A grey image that is white from this column on.
void write_halves(const std::filesystem::path& file, int width, int height, int from) {
  Image image(width, height, 1);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<int>(i) % width >= from ? 255 : 0;
  write_file_atomically(file, encode_png(image));
}

Sample sample_of(const TemporaryFolder& folder, const std::string& name, std::optional<std::string> foreground) {
  write_halves(folder / name, 96, 64, 0);
  Sample sample;
  sample.id = (folder / name).string();
  sample.foreground = std::move(foreground);
  return sample;
}

const Backbone& no_backbone() {
  throw Error("the foreground needs no backbone");
}

ClassImages class_images(std::vector<Sample> samples) {
  return {std::move(samples), {32, 32}, no_backbone, at::kCPU, [](const Levels& levels) { return levels; }};
}

}  // namespace

TEST_CASE("the foreground is the mask of the part, resized and cropped as the image; unknown where there is none",
          "[training_images]") {
  const TemporaryFolder folder;
  write_halves(folder / "mask.png", 96, 64, 60);
  const ClassImages images = class_images(
      {sample_of(folder, "a.png", std::nullopt), sample_of(folder, "b.png", (folder / "mask.png").string())});
  REQUIRE_FALSE(images.foreground(0).defined());
  // 96×64 -> 48×32, of whose columns 8 to 39 are kept: white begins at 60 / 2 − 8
  at::Tensor expected = at::zeros({32, 32});
  expected.narrow(1, 22, 10).fill_(1);
  REQUIRE(images.foreground(1).equal(expected));
  std::filesystem::remove(folder / "mask.png");
  REQUIRE(images.foreground(1).equal(expected));  // read once
}

TEST_CASE("chosen and joined images have the foregrounds of their own images", "[training_images]") {
  const TemporaryFolder folder;
  for (const int from : {20, 40, 60}) write_halves(folder / fmt::format("{}.png", from), 96, 64, from);
  const auto mask = [&](int from) { return (folder / fmt::format("{}.png", from)).string(); };
  const auto first = [&] {
    return class_images({sample_of(folder, "a.png", mask(20)), sample_of(folder, "b.png", mask(40))});
  };
  const auto white = [](const at::Tensor& foreground) { return foreground.sum().item<int64_t>() / 32; };
  const ClassImages all = first();
  const ChosenImages chosen(all, {1});
  REQUIRE(white(chosen.foreground(0)) == 40 - 20);
  std::vector<ClassImages> parts;
  parts.push_back(first());
  parts.push_back(class_images({sample_of(folder, "c.png", mask(60)), sample_of(folder, "d.png", std::nullopt)}));
  const JoinedImages joined(std::move(parts));
  REQUIRE(white(joined.foreground(0)) == 40 - 10);
  REQUIRE(white(joined.foreground(1)) == 40 - 20);
  REQUIRE(white(joined.foreground(2)) == 40 - 30);
  REQUIRE_FALSE(joined.foreground(3).defined());
}

TEST_CASE("a foreground of another size than its image is refused", "[training_images]") {
  const TemporaryFolder folder;
  write_halves(folder / "mask.png", 50, 40, 20);
  const ClassImages images = class_images({sample_of(folder, "a.png", (folder / "mask.png").string())});
  REQUIRE_THROWS_AS(images.foreground(0), InputError);
}
