#include "datasets/synthetic/synthetic.h"

#include <ATen/Parallel.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/interrupt.h"
#include "core/image/decode.h"
#include "datasets/synthetic/scene.h"
#include "support/golden.h"

using namespace adrep;
namespace fs = std::filesystem;

namespace {

DemoOptions small() {
  DemoOptions options;
  options.train_per_class = 2;
  options.normal_test_per_class = 1;
  options.defects_per_type = 1;
  options.size = 64;
  return options;
}

/// Every file below `root` with its bytes.
std::map<std::string, std::string> synthetic_contents(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(root).generic_string()] = read_file(entry.path());
  return files;
}

/// Threads of at::parallel_for while it lives.
struct Threads {
  int before = at::get_num_threads();
  explicit Threads(int count) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
};

cv::Mat as_mat(Image& image) {
  return {image.height, image.width, CV_8UC(image.channels), image.pixels.data()};
}

cv::Mat widened(const cv::Mat& mask, int by) {
  cv::Mat wide;
  cv::dilate(mask, wide, cv::getStructuringElement(cv::MORPH_RECT, cv::Size(2 * by + 1, 2 * by + 1)));
  return wide;
}

/// Largest difference over the channels: CV_8U.
cv::Mat difference(Image& a, Image& b) {
  cv::Mat all, planes[3], largest;
  cv::absdiff(as_mat(a), as_mat(b), all);
  cv::split(all, planes);
  largest = cv::max(planes[0], cv::max(planes[1], planes[2]));
  return largest;
}

bool is_empty_folder(const fs::path& folder) {
  return fs::directory_iterator(folder) == fs::directory_iterator();
}

struct ClearInterrupt {
  ~ClearInterrupt() { set_interrupted(false); }
};

}  // namespace

TEST_CASE("the demo data set has the MVTec AD layout and the wanted counts", "[synthetic]") {
  test::TemporaryFolder folder;
  REQUIRE(make_demo_dataset(folder / "demo", small()));
  const auto files = synthetic_contents(folder / "demo");
  const std::vector<std::string> classes = {"brushed_metal", "circuit_board", "fabric"};
  size_t expected = 1;  // demo.json
  for (const synthetic::DemoClass& c : synthetic::demo_classes()) {
    REQUIRE(std::find(classes.begin(), classes.end(), c.name) != classes.end());
    REQUIRE(c.defects.size() >= 3);
    for (const char* file : {"train/good/000.png", "train/good/001.png", "test/good/000.png"})
      REQUIRE(files.contains(c.name + "/" + file));
    expected += 3;
    for (const std::string& defect : c.defects) {
      REQUIRE(files.contains(c.name + "/test/" + defect + "/000.png"));
      REQUIRE(files.contains(c.name + "/ground_truth/" + defect + "/000_mask.png"));
      expected += 2;
    }
  }
  REQUIRE(files.size() == expected);
  const auto marker = nlohmann::json::parse(files.at("demo.json"));
  REQUIRE(marker["options"]["size"] == 64);
  REQUIRE(marker["version"].is_number_integer());
  for (const auto& [name, bytes] : files) {
    if (!name.ends_with(".png")) continue;
    INFO(name);
    const fs::path file = folder / "demo" / name;
    const Image image = name.ends_with("_mask.png") ? decode_mask(file) : decode_rgb(file);
    REQUIRE((image.width == 64 && image.height == 64));
    if (!name.ends_with("_mask.png")) continue;
    REQUIRE(std::all_of(image.pixels.begin(), image.pixels.end(), [](uint8_t v) { return v == 0 || v == 255; }));
    const auto marked = std::count(image.pixels.begin(), image.pixels.end(), 255);
    REQUIRE(marked > 0);
    REQUIRE(marked < 64 * 64 / 2);
  }
}

TEST_CASE("the same options give the same bytes on any number of threads, another seed others", "[synthetic]") {
  test::TemporaryFolder folder;
  for (const int threads : {1, 2, 2}) {
    const Threads set(threads);
    static int run = 0;
    REQUIRE(make_demo_dataset(folder / ("run" + std::to_string(run++)), small()));
  }
  const auto first = synthetic_contents(folder / "run0");
  REQUIRE(first == synthetic_contents(folder / "run1"));
  REQUIRE(first == synthetic_contents(folder / "run2"));
  DemoOptions other = small();
  other.seed = 1;
  REQUIRE(make_demo_dataset(folder / "other", other));
  for (const auto& [name, bytes] : synthetic_contents(folder / "other"))
    if (!name.ends_with("_mask.png")) REQUIRE(bytes != first.at(name));
}

TEST_CASE("a demo picture does not depend on how many others are made", "[synthetic]") {
  test::TemporaryFolder folder;
  DemoOptions more = small();
  more.train_per_class = 3;
  REQUIRE(make_demo_dataset(folder / "few", small()));
  REQUIRE(make_demo_dataset(folder / "more", more));
  const auto few = synthetic_contents(folder / "few"), all = synthetic_contents(folder / "more");
  for (const auto& [name, bytes] : few)
    if (name != "demo.json") REQUIRE(bytes == all.at(name));
  REQUIRE(all.at("fabric/train/good/002.png") != all.at("fabric/train/good/001.png"));
}

TEST_CASE("a mask covers what its defect changed, and no more than a margin", "[synthetic]") {
  constexpr int size = 128, margin = 8;
  for (const synthetic::DemoClass& c : synthetic::demo_classes())
    for (const std::string& defect : c.defects)
      for (int64_t index = 0; index < 2; ++index) {
        INFO(c.name << " " << defect << " " << index);
        const synthetic::PictureId id{"test", defect, index};
        synthetic::Picture with = synthetic::draw_picture(c, 3, size, id);
        synthetic::Picture without = synthetic::draw_picture(c, 3, size, id, false);
        REQUIRE(without.mask.pixels.empty());
        REQUIRE((with.mask.width == size && with.mask.height == size && with.mask.channels == 1));
        const cv::Mat mask = as_mat(with.mask), changed = difference(with.image, without.image);
        REQUIRE(cv::countNonZero(changed & ~widened(mask, synthetic::camera_reach)) == 0);
        double largest = 0;
        cv::minMaxLoc(changed, nullptr, &largest, nullptr, nullptr, mask);
        REQUIRE(largest >= 6);
        REQUIRE(cv::countNonZero(mask & ~widened(changed > 0, margin)) == 0);
      }
}

TEST_CASE("normal demo pictures differ enough that comparing pixels does not find defects", "[synthetic]") {
  for (const synthetic::DemoClass& c : synthetic::demo_classes()) {
    INFO(c.name);
    const auto draw = [&](int64_t index) { return synthetic::draw_picture(c, 0, 128, {"train", "good", index}).image; };
    Image one = draw(0), other = draw(1);
    REQUIRE(cv::countNonZero(difference(one, other) > 12) > 128 * 128 / 5);
  }
}

TEST_CASE("an existing folder is kept: same demo set, other options, a gap, foreign files", "[synthetic]") {
  test::TemporaryFolder folder;
  fs::create_directories(folder / "demo");  // an empty folder is as good as none
  REQUIRE(make_demo_dataset(folder / "demo", small()));
  const auto made = synthetic_contents(folder / "demo");
  REQUIRE_FALSE(make_demo_dataset(folder / "demo" / "", small()));
  REQUIRE(synthetic_contents(folder / "demo") == made);
  DemoOptions other = small();
  other.seed = 9;
  REQUIRE_THROWS_AS(make_demo_dataset(folder / "demo", other), InputError);
  REQUIRE(synthetic_contents(folder / "demo") == made);
  fs::remove(folder / "demo" / "fabric" / "train" / "good" / "001.png");
  REQUIRE_THROWS_WITH(make_demo_dataset(folder / "demo", small()), Catch::Contains("001.png"));
  fs::create_directories(folder / "mine");
  std::ofstream(folder / "mine" / "notes.txt") << "keep";
  REQUIRE_THROWS_AS(make_demo_dataset(folder / "mine", small()), InputError);
  REQUIRE(synthetic_contents(folder / "mine").size() == 1);
  std::ofstream(folder / "file") << "keep";
  REQUIRE_THROWS_AS(make_demo_dataset(folder / "file", small()), InputError);
}

TEST_CASE("options out of bounds are refused by name", "[synthetic]") {
  test::TemporaryFolder folder;
  DemoOptions options = small();
  options.size = 8;
  REQUIRE_THROWS_WITH(make_demo_dataset(folder / "demo", options), Catch::Contains("size"));
  REQUIRE(is_empty_folder(folder.path()));
}

TEST_CASE("an interrupted demo set leaves nothing", "[synthetic]") {
  test::TemporaryFolder folder;
  const ClearInterrupt clear;
  DemoOptions options = small();
  options.train_per_class = 999;  // seconds of work: interrupted after the first pictures
  std::thread other([&] {
    for (int tries = 0; tries < 3000 && is_empty_folder(folder.path()); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    set_interrupted(true);
  });
  REQUIRE_THROWS_AS(make_demo_dataset(folder / "demo", options), Interrupted);
  other.join();
  REQUIRE(is_empty_folder(folder.path()));
}
