#include "benchmarks/prediction/prediction_files.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <set>

#include "benchmarks/prediction/overlay.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/image/encode.h"
#include "detectors/pipeline/region_truth.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

const PhotographCase& padded_case = photograph_cases[7];

Prediction prediction_with(uint64_t seed, const Calibration* calibration) {
  return prediction_of(random_map(padded_case, seed), 1, padded_case.width, padded_case.height, padded_case.geometry,
                       calibration);
}

Image blank_photograph() {
  return Image(padded_case.width, padded_case.height, 3);
}

/// The files below a folder, by their paths in it.
std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) files.insert(entry.path().lexically_relative(folder).generic_string());
  return files;
}

std::vector<float> npy_values(const fs::path& file) {
  const std::string bytes = read_file(file);
  const size_t begin = bytes.size() - 24 * 24 * sizeof(float);
  std::vector<float> values(24 * 24);
  std::memcpy(values.data(), bytes.data() + begin, bytes.size() - begin);
  return values;
}

}  // namespace

TEST_CASE("a prediction's files are its overlay, its mask and its map", "[prediction]") {
  const TemporaryFolder folder;
  const Calibration calibration = example_calibration();
  const Prediction prediction = prediction_with(1, &calibration);
  REQUIRE_FALSE(prediction.regions.empty());
  const PredictionFiles files({.overlays = folder / "o", .masks = folder / "m", .maps = folder / "f"},
                              padded_case.geometry, &calibration);
  CHECK(files.needs_photograph());
  files.write("hole/1.bmp", prediction, blank_photograph());
  CHECK(files_below(folder.path()) ==
        std::set<std::string>{"o/hole/1.bmp.jpg", "m/hole/1.bmp.png", "f/hole/1.bmp.npy"});

  CHECK(decode_rgb(folder / "m/hole/1.bmp.png").width == padded_case.width);
  CHECK(decode_mask(folder / "m/hole/1.bmp.png").pixels ==
        mask_of(prediction, padded_case.geometry, calibration).pixels);
  const Image overlay = decode_rgb(folder / "o/hole/1.bmp.jpg");
  CHECK((overlay.width == padded_case.width && overlay.height == padded_case.height));
  const auto* values = prediction.map.const_data_ptr<float>();
  CHECK(npy_values(folder / "f/hole/1.bmp.npy") == std::vector<float>(values, values + 24 * 24));
  CHECK_THAT(read_file(folder / "f/hole/1.bmp.npy"), Contains("'shape': (24, 24), }"));

  const PredictionFiles as_tiff({.maps = folder / "t", .map_format = "tiff"}, padded_case.geometry, nullptr);
  CHECK_FALSE(as_tiff.needs_photograph());
  as_tiff.write("hole/1.bmp", prediction, {});
  const GreyValues grey = decode_grey(folder / "t/hole/1.bmp.tiff");
  CHECK((grey.width == 24 && grey.height == 24));
  CHECK(grey.values == std::vector<double>(values, values + 24 * 24));
}

TEST_CASE("files of an earlier run are replaced, and nothing else is left", "[prediction]") {
  const TemporaryFolder folder;
  const PredictionFiles files({.maps = folder.path()}, padded_case.geometry, nullptr);
  // a row of a batch: not the beginning of its memory
  const at::Tensor batch = at::stack({random_map(padded_case, 1), random_map(padded_case, 2)});
  for (const int64_t row : {0, 1}) {
    Prediction prediction = prediction_with(1, nullptr);
    prediction.map = batch[row];
    files.write("a.png", prediction, {});
    const at::Tensor expected = random_map(padded_case, static_cast<uint64_t>(row + 1));
    CHECK(npy_values(folder / "a.png.npy") ==
          std::vector<float>(expected.const_data_ptr<float>(), expected.const_data_ptr<float>() + 24 * 24));
  }
  CHECK(files_below(folder.path()) == std::set<std::string>{"a.png.npy"});
}

TEST_CASE("files of predictions do not go where images are scored, however the paths are written", "[prediction]") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "photos/a");
  fs::create_directories(folder / "elsewhere");
  fs::create_directory_symlink(folder / "photos/a", folder / "elsewhere/link");
  fs::create_directory_symlink(folder / "elsewhere", folder / "photos/out");
  const fs::path photos = folder / "photos";
  const auto refused = [&](const PredictionFolders& folders, const std::string& setting) {
    CHECK_THROWS_WITH(refuse_folders_inside(photos, folders),
                      StartsWith(setting) && Contains("lies inside the data folder " + photos.string()));
  };
  for (const fs::path& inside : {photos, photos / "", photos / "new/b", photos / "a/../c", folder / "x/../photos",
                                 folder / "elsewhere/link/o"}) {
    refused({.overlays = inside}, "--overlays " + inside.string());
    refused({.masks = inside}, "--masks " + inside.string());
    refused({.maps = inside}, "--maps " + inside.string());
    refused({.overlays = folder / "o", .masks = folder / "m", .maps = inside}, "--maps ");
  }
  for (const fs::path& outside :
       {folder / "photos2", folder / "elsewhere", photos / "out", photos / "../o", fs::path()})
    CHECK_NOTHROW(refuse_folders_inside(photos, {.overlays = outside, .masks = outside, .maps = outside}));
  CHECK_NOTHROW(refuse_folders_inside(photos / "a", {.overlays = photos}));
}

TEST_CASE("what no path of an image can do is to leave the folder", "[prediction]") {
  const TemporaryFolder folder;
  const fs::path inside = folder / "a/b/c";
  const PredictionFiles files({.maps = inside}, padded_case.geometry, nullptr);
  const Prediction prediction = prediction_with(1, nullptr);
  const std::vector<std::string> paths = {"../1.png", "../../../1.png",   "x/../../1.png",
                                          "/1.png",   "//1.png/../2.png", "..",
                                          "/..",      "./../2.png",       "%2E%2E/1.png"};
  for (const std::string& path : paths) files.write(path, prediction, {});
  const std::set<std::string> all = files_below(folder.path());
  CHECK(all.size() == paths.size());
  for (const std::string& file : all) CHECK_THAT(file, Catch::Matchers::StartsWith("a/b/c/"));
  CHECK(place_of_image("../x/1.png") == "%2E%2E/x/1.png");
  CHECK(place_of_image("/x/1.png") == "%2Fx/1.png");
  CHECK(place_of_image("./x//100%.png") == "x/100%25.png");
}

TEST_CASE("different images have different files, the same image has the same", "[prediction]") {
  const std::string longest(251, 'a');
  const std::vector<std::string> paths = {
      "1.png",       "1.jpg",    "a/1.png",        "b/1.png",        "a/b/1.png",
      "a%2Fb/1.png", "/a/1.png", "%2Fa/1.png",     "../1.png",       "%2E%2E/1.png",
      "a/../1.png",  "...",      ".../1.png",      "a\\1.png",       " 1.png",
      "1.png.png",   "A/1.png",  longest + ".png", longest + ".jpg", longest + "/1.png",
      "%",           "%25",      "\xff.png",       "\n.png"};
  std::set<fs::path> places;
  for (const std::string& path : paths) {
    places.insert(place_of_image(path));
    CHECK(place_of_image("./" + path) == place_of_image(path.front() == '/' ? path.substr(1) : path));
  }
  CHECK(places.size() == paths.size());
}

TEST_CASE("names that only just fit a file system get files, too", "[prediction]") {
  const TemporaryFolder folder;
  const PredictionFiles files({.maps = folder.path(), .map_format = "tiff"}, padded_case.geometry, nullptr);
  const std::string euros = [] {
    std::string name;
    while (name.size() < 249) name += "€";
    return name;
  }();
  for (const std::string& name :
       std::vector<std::string>{std::string(251, 'x') + ".png", std::string(255, '%'), euros + ".png", "short.png"})
    files.write(name, prediction_with(1, nullptr), {});
  const std::set<std::string> written = files_below(folder.path());
  CHECK(written.size() == 4);
  const auto of_euros =
      std::find_if(written.begin(), written.end(), [](const std::string& name) { return name.starts_with("€"); });
  REQUIRE(of_euros != written.end());
  CHECK_THAT(*of_euros, Contains("€%-"));  // no character is cut in two
}

TEST_CASE("files that make no sense are refused before the first image, and so are paths of none", "[prediction]") {
  const TemporaryFolder folder;
  const Geometry geometry{24, 24, Fit::pad};
  CHECK_THROWS_WITH(PredictionFiles({.maps = folder.path(), .map_format = "exr"}, geometry, nullptr),
                    Contains("'exr'") && Contains("npy or tiff"));
  CHECK_THROWS_WITH(PredictionFiles({.masks = folder / "m"}, geometry, nullptr), Contains("calibrat"));
  for (const std::string path : {"", "/", ".", "./", "a/", "//."}) CHECK_THROWS_AS(place_of_image(path), InputError);

  write_file_atomically(folder / "file", "");
  const PredictionFiles files({.maps = folder / "file"}, geometry, nullptr);
  CHECK_THROWS_AS(files.write("a.png", prediction_with(1, nullptr), {}), WriteError);
}
