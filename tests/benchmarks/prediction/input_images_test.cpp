#include "benchmarks/prediction/input_images.h"

#include <catch2/catch.hpp>

#include <map>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_of(const std::vector<InputImage>& images) {
  std::vector<std::string> names;
  for (const InputImage& image : images) names.push_back(image.name);
  return names;
}

}  // namespace

TEST_CASE("images are what was named, and what lies in folders by name", "[prediction]") {
  const TemporaryFolder folder;
  for (const char* name : {"in/b.png", "in/sub/a.jpg", "in/.hidden.png", "in/notes.txt", "in/a.PNG", "single.png"})
    write_file_atomically(folder / name, "x");
  const std::string in = (folder / "in").string(), single = (folder / "single.png").string(), none = "../none.png";
  CHECK(names_of(input_images({in})) == std::vector<std::string>{"a.PNG", "b.png", "sub/a.jpg"});
  const std::vector<InputImage> images = usable_images({single, in + "/", none});
  CHECK(names_of(images) == std::vector<std::string>{single, in + "/a.PNG", in + "/b.png", in + "/sub/a.jpg", none});
  CHECK(images[3].file == folder / "in/sub/a.jpg");
  CHECK(images[4].file == none);
  fs::create_directories(folder / "empty/below");
  CHECK_THROWS_WITH(input_images({(folder / "empty").string()}), Contains("no images in this folder"));
}

TEST_CASE("images of two folders have names of their own, whatever they are called there", "[prediction]") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.png", "b/1.png", "b/c/1.png"}) write_file_atomically(folder / name, "x");
  const std::string a = (folder / "a").string(), b = (folder / "b").string();
  const std::vector<std::string> names = names_of(input_images({a, b, a + "/1.png"}));
  CHECK(names == std::vector<std::string>{a + "/1.png", b + "/1.png", b + "/c/1.png", a + "/1.png"});
}

TEST_CASE("a path that the system would cut off at a zero byte is no other image", "[prediction]") {
  CHECK(input_image("a.png").problem.empty());
  const InputImage image = input_image(std::string("a.png\0b.png", 11));
  CHECK(image.name.size() == 11);
  CHECK_THAT(image.problem, Catch::StartsWith("a.png\\x00b.png: ") && Contains("zero byte"));
}

TEST_CASE("what a folder holds and is not read is said, not left out", "[prediction]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "in/a.png", "x");
  write_file_atomically(folder / "out.png", "x");
  write_file_atomically(folder / "in/line\nbreak.png", "x");
  write_file_atomically(folder / "in/l\xff.png", "x");
  fs::create_symlink(folder / "out.png", folder / "in/leaves.png");
  fs::create_symlink("nowhere.png", folder / "in/broken.png");
  fs::create_symlink("nowhere.txt", folder / "in/notes.txt");
  fs::create_symlink("a.png", folder / "in/linked.png");
  fs::create_directory_symlink("..", folder / "in/above");
  std::string deep = "in";
  for (int i = 0; i < 18; ++i) deep += "/d";
  write_file_atomically(folder / deep / "deep.png", "x");

  const std::vector<InputImage> images = input_images({(folder / "in").string()});
  std::map<std::string, std::string> problems;
  for (const InputImage& image : images) {
    CHECK(problems.emplace(image.name, image.problem).second);
    if (!image.problem.empty()) CHECK_THAT(image.problem, Catch::StartsWith((folder / "in").string() + "/"));
    CHECK(image.problem.find('\n') == std::string::npos);
  }
  CHECK(problems.size() == 8);
  CHECK(problems.at("a.png").empty());
  CHECK(problems.at("linked.png").empty());
  CHECK_THAT(problems.at("line\\x0abreak.png"), Contains("rename it"));
  CHECK_THAT(problems.at("l\\xff.png"), Contains("rename it"));
  CHECK_THAT(problems.at("leaves.png"), Contains("a symbolic link that leaves"));
  CHECK_THAT(problems.at("broken.png"), Contains("a symbolic link that leads nowhere"));
  CHECK_THAT(problems.at("above"), Contains("a symbolic link"));
  CHECK_THAT(problems.at("d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d"), Contains("more than 16 folders deep"));
  CHECK_THROWS_AS(usable_images({(folder / "in").string()}), InputError);
}
