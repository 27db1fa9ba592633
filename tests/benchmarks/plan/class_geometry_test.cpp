#include "benchmarks/plan/class_geometry.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/plan.h"
#include "core/base/atomic_file.h"
#include "core/image/encode.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// Training and test images of these sizes.
void write_class(const test::TemporaryFolder& folder, const std::string& name,
                 const std::vector<std::pair<int, int>>& sizes) {
  const auto write = [&](const std::string& place, int width, int height, uint8_t value) {
    Image image(width, height, 3);
    std::fill(image.pixels.begin(), image.pixels.end(), value);
    write_file_atomically(folder / (name + "/" + place), encode_png(image));
  };
  for (size_t i = 0; i < sizes.size(); ++i)
    write(fmt::format("train/good/{}.png", i), sizes[i].first, sizes[i].second, static_cast<uint8_t>(10 + i));
  write("test/good/0.png", sizes[0].first, sizes[0].second, 100);
  write("test/hole/0.png", sizes[0].first, sizes[0].second, 200);
}

std::map<std::string, Geometry> planned(const test::TemporaryFolder& folder, std::vector<std::string> assignments) {
  assignments.push_back("data=" + folder.path().string());
  std::map<std::string, Geometry> geometries;
  for (const PlannedGroup& group : make_plan(resolve_run(read_config({}, assignments))).groups)
    geometries[group.class_name] = group.geometry;
  return geometries;
}

}  // namespace

TEST_CASE("auto crops published classes and squares, squashes to 3:2 and pads beyond", "[geometry]") {
  const test::TemporaryFolder folder;
  write_class(folder, "bottle", {{90, 90}});  // an official class of MVTec AD: as published
  write_class(folder, "screw", {{90, 30}});   // not the official class, whose photographs are square
  write_class(folder, "square", {{40, 40}, {64, 64}});
  write_class(folder, "photo", {{40, 30}, {60, 40}, {30, 40}});
  write_class(folder, "line", {{40, 40}, {61, 40}});
  const auto geometries = planned(folder, {"detector=feature_norm"});
  CHECK(geometries.at("bottle") == Geometry{224, 224, Fit::crop});
  CHECK(geometries.at("screw") == Geometry{224, 224, Fit::pad});
  CHECK(planned(folder, {"detector=padim", "classes=screw", "image.fit=crop"}).at("screw").resize == 224);
  CHECK(planned(folder, {"detector=padim", "classes=bottle"}).at("bottle").resize == 256);
  CHECK(geometries.at("square") == Geometry{224, 224, Fit::crop});
  CHECK(geometries.at("photo") == Geometry{224, 224, Fit::squash});
  CHECK(geometries.at("line") == Geometry{224, 224, Fit::pad});
  RunSettings settings;
  CHECK(fit_note(settings, geometries.at("square")).empty());
  CHECK_THAT(fit_note(settings, geometries.at("photo")), Contains("squashed"));
  CHECK_THAT(fit_note(settings, geometries.at("line")), Contains("padded"));
  settings.fit = "pad";
  CHECK(fit_note(settings, geometries.at("line")).empty());
}

TEST_CASE("a fit that is asked for holds for every class; a cut from a larger image is a crop", "[geometry]") {
  const test::TemporaryFolder folder;
  write_class(folder, "bottle", {{90, 90}});
  write_class(folder, "line", {{90, 30}});
  for (const auto& [name, geometry] : planned(folder, {"detector=patchcore", "image.fit=pad"})) {
    INFO(name);
    CHECK(geometry == Geometry{224, 224, Fit::pad});
  }
  const auto tiles = planned(folder, {"detector=patchcore", "image.fit=tiles"});
  CHECK(tiles.at("bottle") == Geometry{256, 224, Fit::tiles});
  CHECK(tiles.at("line") == Geometry{224, 224, Fit::tiles});
  CHECK(planned(folder, {"detector=padim", "image.resize=300"}).at("line") == Geometry{300, 224, Fit::crop});
  CHECK(planned(folder, {"detector=padim", "image.resize=224"}).at("line") == Geometry{224, 224, Fit::pad});
}

TEST_CASE("fits that cannot be are refused before anything is computed", "[geometry]") {
  const test::TemporaryFolder folder;
  write_class(folder, "line", {{90, 30}});
  CHECK_THROWS_WITH(planned(folder, {"image.fit=squash", "image.resize=256"}), Contains("leave image.resize out"));
  CHECK_THROWS_WITH(planned(folder, {"image.fit=tiles", "detector=padim"}), Contains("padim learns what is normal"));
  CHECK_THROWS_WITH(planned(folder, {"image.fit=tiles", "models=keep"}), Contains("models=keep"));
  CHECK_THROWS_WITH(planned(folder, {"image.fit=tiles", "features=residual", "references.select=kmeans"}),
                    Contains("kmeans"));
}
