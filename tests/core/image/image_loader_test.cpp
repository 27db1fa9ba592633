#include "core/image/image_loader.h"

#include <chrono>
#include <thread>

#include "core/image/encode.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
namespace fs = std::filesystem;

namespace {

const Geometry kGeometry{16, 12};

Image source(size_t index) {
  return noise_image(20 + static_cast<int>(index % 5), 24, 3, 80 + index);
}

std::vector<ImageFile> write_images(const TemporaryFolder& folder, size_t count) {
  std::vector<ImageFile> files;
  for (size_t i = 0; i < count; ++i)
    files.push_back(write_bytes(folder / (std::to_string(i) + ".png"), encode_png(source(i))));
  return files;
}

}  // namespace

TEST_CASE("images come in order, preprocessed, whatever the number of threads", "[loader]") {
  TemporaryFolder folder;
  const auto files = write_images(folder, 40);
  for (const int threads : {0, 1, 2, 7}) {
    for (const size_t ahead : {size_t{0}, size_t{1}, size_t{3}, size_t{100}}) {
      size_t next = 0;
      load_images(files, kGeometry, threads, ahead, [&](LoadedImage loaded) {
        REQUIRE(loaded.index == next);
        REQUIRE(loaded.error.empty());
        REQUIRE(loaded.image);
        REQUIRE(loaded.image->pixels == preprocess_image(source(next), kGeometry).pixels);
        ++next;
        return true;
      });
      REQUIRE(next == files.size());
    }
  }
  load_images({}, kGeometry, 2, 2, [](LoadedImage) -> bool { throw std::logic_error("there is nothing to consume"); });
}

TEST_CASE("a file that cannot be used gives its error and the others go on", "[loader]") {
  TemporaryFolder folder;
  auto files = write_images(folder, 7);
  const std::string whole = read_bytes(files[3].path);
  write_bytes(files[3].path, whole.substr(0, whole.size() / 2));
  files[5] = folder / "absent.png";
  std::vector<std::string> errors;
  load_images(files, kGeometry, 3, 4, [&](LoadedImage loaded) {
    CHECK(loaded.image.has_value() == loaded.error.empty());
    errors.push_back(loaded.error);
    return true;
  });
  REQUIRE(errors.size() == 7);
  for (const size_t good : {0U, 1U, 2U, 4U, 6U}) CHECK(errors[good].empty());
  CHECK(errors[3].find("3.png: corrupt PNG") != std::string::npos);
  CHECK(errors[5].find("absent.png: no such file") != std::string::npos);

  // also when the crop does not fit: the file is named
  load_images({files[0]}, {16, 17}, 1, 1, [&](LoadedImage loaded) {
    CHECK(loaded.error.find("0.png: a crop of 17 × 17") != std::string::npos);
    return true;
  });
}

TEST_CASE("false stops early, an exception passes through", "[loader]") {
  TemporaryFolder folder;
  const auto files = write_images(folder, 30);
  size_t seen = 0;
  load_images(files, kGeometry, 4, 8, [&](LoadedImage) { return ++seen < 3; });
  CHECK(seen == 3);
  seen = 0;
  CHECK_THROWS_WITH(load_images(files, kGeometry, 4, 8,
                                [&](LoadedImage) -> bool {
                                  if (++seen == 5) throw std::runtime_error("enough");
                                  return true;
                                }),
                    "enough");
  CHECK(seen == 5);
}

TEST_CASE("no more images are loaded ahead of the consumer than asked", "[loader]") {
  TemporaryFolder folder;
  const auto files = write_images(folder, 10);
  const size_t ahead = 3;
  std::vector<bool> loaded_well;
  load_images(files, kGeometry, 2, ahead, [&](LoadedImage loaded) {
    if (loaded.index == 0) {
      // time enough for the threads to go as far as they may; what they have not read by now they will not find
      std::this_thread::sleep_for(std::chrono::milliseconds(400));
      for (size_t i = 1; i < files.size(); ++i) fs::remove(files[i].path);
    }
    loaded_well.push_back(loaded.image.has_value());
    return true;
  });
  REQUIRE(loaded_well.size() == files.size());
  CHECK(loaded_well[0]);
  // those within reach were read in time on any but a crowded machine; those out of reach never
  for (size_t i = ahead + 1; i < files.size(); ++i) CHECK_FALSE(loaded_well[i]);
}
