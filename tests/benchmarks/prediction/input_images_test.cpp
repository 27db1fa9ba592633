#include "benchmarks/prediction/input_images.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::TemporaryFolder;
namespace fs = std::filesystem;

TEST_CASE("images are what was named, and what lies in folders by name", "[prediction]") {
  const TemporaryFolder folder;
  for (const char* name : {"in/b.png", "in/sub/a.jpg", "in/.hidden.png", "in/notes.txt", "in/a.PNG", "single.png"})
    write_file_atomically(folder / name, "x");
  fs::create_symlink(folder / "single.png", folder / "in/out.png");
  const std::vector<InputImage> images =
      input_images({(folder / "single.png").string(), (folder / "in").string(), (folder / "none.png").string()});
  std::vector<std::string> names;
  for (const InputImage& image : images) names.push_back(image.name);
  REQUIRE(names.size() == 5);
  CHECK(names[1] == "a.PNG");
  CHECK(names[2] == "b.png");
  CHECK(names[3] == "sub/a.jpg");
  CHECK(images[3].file == folder / "in/sub/a.jpg");
  CHECK(images[4].file == folder / "none.png");
  CHECK(input_image("../a/../b.png").name == "b.png");
  CHECK(input_image("/x/y.png").name == "x/y.png");
  fs::create_directories(folder / "empty/below");
  CHECK_THROWS_WITH(input_images({(folder / "empty").string()}), Contains("no images in this folder"));
}
