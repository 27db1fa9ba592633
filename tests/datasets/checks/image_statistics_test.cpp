#include "datasets/checks/image_statistics.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("statistics of known images", "[datasets]") {
  Tree tree;
  const auto write = [&](const std::string& file, int width, int height, uint8_t red, uint8_t green) {
    Image image(width, height, 3);
    for (size_t i = 0; i < image.pixels.size(); i += 3) image.pixels[i] = red, image.pixels[i + 1] = green;
    tree.write(file, encode_png(image));
  };
  write("c/train/good/1.png", 10, 10, 255, 51);
  write("c/test/good/1.png", 20, 15, 0, 51);
  write("c/test/cut/1.png", 8, 4, 0, 51);
  tree.mask("c/ground_truth/cut/1_mask.png", 255, 8, 4);  // upper left quarter
  tree.write("c/test/cut/2.png", "");
  const ClassSplit split = open_dataset(tree.path())->load("c");
  for (const int threads : {1, 3}) {
    const ImageStatistics s = image_statistics(split, threads);
    CHECK(s.images == 3);
    CHECK(s.unreadable == 1);
    CHECK((s.min_width == 8 && s.max_width == 20 && s.min_height == 4 && s.max_height == 15));
    const double red = 100.0 / 432;  // 100 of 432 pixels are full red
    CHECK(s.mean[0] == Approx(red).epsilon(1e-12));
    CHECK(s.deviation[0] == Approx(std::sqrt(red * (1 - red))).epsilon(1e-12));
    CHECK(s.mean[1] == Approx(0.2).epsilon(1e-12));
    CHECK(s.deviation[1] == Approx(0).margin(1e-7));
    CHECK(s.mean[2] == 0);
    CHECK(s.anomalous_shares == std::vector<double>{0.25});
  }
}
