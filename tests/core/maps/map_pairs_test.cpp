#include "core/maps/map_pairs.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/image/encode.h"
#include "map_files_support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const std::vector<float> kScores{1, 2, 3, 4};
const std::vector<uint8_t> kDefect{0, 255, 0, 0}, kNothing{0, 0, 0, 0};

void write_text(const fs::path& file, const std::string& text) {
  write_file_atomically(file, text);
}

std::vector<std::string> names_of(const MapPairs& pairs) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < pairs.size(); ++i) names.push_back(pairs.name(i));
  return names;
}

}  // namespace

TEST_CASE("stacks: maps and masks in two files, or in one") {
  const TemporaryFolder folder;
  write_text(folder / "maps.npy", npy("<f8", "(2, 1, 1, 2)", numbers_bytes<double>({1, 2, 3, 4})));
  write_text(folder / "masks.npy", npy("<i8", "(2, 1, 2)", numbers_bytes<int64_t>({0, 0, 0, 7})));
  const MapPairs pairs = open_map_pairs(folder / "maps.npy", folder / "masks.npy");
  REQUIRE(names_of(pairs) == std::vector<std::string>{"0", "1"});
  const ScoredMap map = pairs.read(1);
  CHECK((map.height == 1 && map.width == 2 && map.anomalous && !map.image_score && map.score() == 4));
  CHECK(map.scores == std::vector<float>{3, 4});
  CHECK(map.mask == std::vector<uint8_t>{0, 1});
  CHECK_FALSE(pairs.read(0).anomalous);
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps.npy", ""), Contains("MASKS is missing"));
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps.npy", folder / "maps.npy"), Contains("as maps and as masks"));
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "none.npy", folder / "maps.npy"), Contains("no such file"));
  write_text(folder / "three.npy", npy("<u1", "(3, 1, 2)", "abcdef"));
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps.npy", folder / "three.npy"),
                      Contains("2 maps") && Contains("3 masks"));
  const std::string header =
      R"({"maps":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"masks":{"dtype":"U8","shape":[1,2],"data_offsets":[8,10]}})";
  write_text(folder / "both.safetensors", number_bytes(static_cast<uint64_t>(header.size())) + header +
                                              numbers_bytes<float>({5, 6}) + std::string("\0\1", 2));
  CHECK(open_map_pairs(folder / "both.safetensors", "").read(0).mask == std::vector<uint8_t>{0, 1});
}

TEST_CASE("NaN, infinite and too large scores are refused with the image's name and the pixel") {
  const TemporaryFolder folder;
  write_mask(folder / "masks/good/a.npy", 2, 2, kNothing);
  const fs::path map = folder / "maps/good/a.npy";
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e39}) {
    write_text(map, npy("<f8", "(2, 2)", numbers_bytes<double>({0, 0, bad, 0})));
    const MapPairs pairs = open_map_pairs(folder / "maps", folder / "masks");
    REQUIRE_THROWS_WITH(pairs.read(0), Contains("good/a") && Contains("row 1, column 0"));
    REQUIRE_THROWS_AS(load_all(pairs), InputError);
  }
}

TEST_CASE("folders: matched by path without extension; good, normal and ok need no mask") {
  const TemporaryFolder folder;
  write_map(folder / "maps/hole/b.npy", 2, 2, kScores);
  write_map(folder / "maps/hole/a.v2.npy", 2, 2, kScores);
  write_map(folder / "maps/Good/x.npy", 2, 2, kScores);
  write_map(folder / "maps/deep/ok/er/y.npy", 2, 2, kScores);
  write_text(folder / "maps/.hidden/z.npy", "rubbish");
  write_text(folder / "maps/notes.txt", "no map");
  Image mask(2, 2, 1);
  mask.pixels = kDefect;
  write_text(folder / "masks/hole/b_mask.png", encode_png(mask));
  write_mask(folder / "masks/hole/a.v2.npy", 2, 2, kDefect);
  const MapPairs pairs = open_map_pairs(folder / "maps", folder / "masks");
  REQUIRE(names_of(pairs) == std::vector<std::string>{"Good/x", "deep/ok/er/y", "hole/a.v2", "hole/b"});
  CHECK_FALSE(pairs.read(0).anomalous);
  CHECK(pairs.read(0).mask == kNothing);
  CHECK((pairs.read(2).anomalous && pairs.read(3).anomalous));
  CHECK(pairs.read(3).mask == std::vector<uint8_t>{0, 1, 0, 0});
  const LoadedMaps loaded = load_all(pairs, 2);
  CHECK((loaded.images == 4 && loaded.height == 2 && loaded.width == 2 && loaded.names == names_of(pairs)));
  CHECK(loaded.labels == std::vector<uint8_t>{0, 0, 1, 1});
  CHECK(loaded.image_scores == std::vector<float>{4, 4, 4, 4});
  CHECK(std::count(loaded.masks.begin(), loaded.masks.end(), 1) == 2);
}

TEST_CASE("folders: what cannot be matched is listed") {
  const TemporaryFolder folder;
  write_map(folder / "maps/hole/a.npy", 2, 2, kScores);
  write_map(folder / "maps/hole/b.npy", 2, 2, kScores);
  write_mask(folder / "masks/hole/a.npy", 2, 2, kDefect);
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks"),
                      Contains("1 map without a mask") && Contains("hole/b") && Contains("missing_mask=normal"));
  MapOptions normal;
  normal.missing_mask_is_normal = true;
  CHECK_FALSE(open_map_pairs(folder / "maps", folder / "masks", normal).read(1).anomalous);
  write_mask(folder / "masks/hole/c.npy", 2, 2, kDefect);
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks", normal),
                      Contains("1 mask without a map") && Contains("hole/c"));
  fs::remove(folder / "masks/hole/c.npy");
  write_mask(folder / "masks/hole/a_mask.npy", 2, 2, kDefect);
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks", normal), Contains("two masks"));
  fs::remove(folder / "masks/hole/a_mask.npy");
  write_text(folder / "maps/hole/a.png", "x");
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks", normal), Contains("two files called 'hole/a'"));
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "maps"), Contains("told apart"));
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks/hole/a.npy"), Contains("both be folders"));
  fs::create_directory(folder / "empty");
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "empty", folder / "masks"), Contains("holds no score map"));
}

TEST_CASE("folders: a link that leaves the folder and a stack in a file are refused") {
  const TemporaryFolder folder;
  write_map(folder / "outside.npy", 2, 2, kScores);
  write_mask(folder / "masks/a.npy", 2, 2, kDefect);
  fs::create_directory(folder / "maps");
  fs::create_symlink(folder / "outside.npy", folder / "maps/a.npy");
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks"), Contains("leaves the folder"));
  fs::remove(folder / "maps/a.npy");
  write_text(folder / "maps/a.npy", npy("<f4", "(2, 1, 2)", numbers_bytes(kScores)));
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "maps", folder / "masks").read(0), Contains("2 images in a file"));
}

TEST_CASE("sizes that differ: an error with both, or resize= and size=") {
  const TemporaryFolder folder;
  const std::vector<float> scores{0, 1, 2, 3, 4, 5};
  write_map(folder / "maps/a.npy", 2, 3, scores);
  write_mask(folder / "masks/a.npy", 4, 6, std::vector<uint8_t>(24, 1));
  const auto open = [&](MapOptions options) { return open_map_pairs(folder / "maps", folder / "masks", options); };
  for (const auto& use :
       {std::function<void()>([&] { open({}).read(0); }), std::function<void()>([&] { open({}).map_size(0); })})
    REQUIRE_THROWS_WITH(use(), Contains("'a'") && Contains("2x3") && Contains("4x6") && Contains("resize=maps"));
  MapOptions maps;
  maps.resize = ResizePair::maps;
  const ScoredMap larger = open(maps).read(0);
  CHECK((larger.height == 4 && larger.width == 6));
  // bilinear with align_corners = false: value = 3 y + x of the source place, clamped at the outer pixels' centres
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 6; ++x) {
      const double row = std::clamp((y + 0.5) / 2 - 0.5, 0.0, 1.0), column = std::clamp((x + 0.5) / 2 - 0.5, 0.0, 2.0);
      CHECK(larger.scores[static_cast<size_t>(6 * y + x)] == Approx(3 * row + column).margin(1e-6));
    }
  MapOptions masks;
  masks.resize = ResizePair::masks;
  const ScoredMap smaller = open(masks).read(0);
  CHECK(smaller.scores == scores);
  CHECK(smaller.mask == std::vector<uint8_t>(6, 1));
  MapOptions fixed;
  fixed.height = 1, fixed.width = 3;
  const ScoredMap flat = open(fixed).read(0);
  CHECK(flat.scores == std::vector<float>{1.5f, 2.5f, 3.5f});
  CHECK(flat.mask == std::vector<uint8_t>(3, 1));
}

TEST_CASE("a defect that a smaller mask loses still makes its image anomalous") {
  const TemporaryFolder folder;
  std::vector<uint8_t> mask(64);
  mask[0] = 1;
  write_map(folder / "maps/a.npy", 2, 2, kScores);
  write_mask(folder / "masks/a.npy", 8, 8, mask);
  MapOptions options;
  options.resize = ResizePair::masks;
  const ScoredMap map = open_map_pairs(folder / "maps", folder / "masks", options).read(0);
  CHECK(map.mask == kNothing);
  CHECK(map.anomalous);
}

TEST_CASE("maps of different sizes cannot be loaded together") {
  const TemporaryFolder folder;
  write_map(folder / "maps/good/a.npy", 2, 2, kScores);
  write_map(folder / "maps/good/b.npy", 1, 4, kScores);
  write_mask(folder / "masks/good/a.npy", 2, 2, kNothing);
  const MapPairs pairs = open_map_pairs(folder / "maps", folder / "masks");
  REQUIRE_THROWS_WITH(load_all(pairs), Contains("good/a") && Contains("good/b") && Contains("size=HxW"));
}

TEST_CASE("manifests: CSV and JSON lines say the same") {
  const TemporaryFolder folder;
  write_map(folder / "m/a.npy", 2, 2, kScores);
  write_map(folder / "m/b.npy", 2, 2, kScores);
  write_map(folder / "m/c.npy", 2, 2, kScores);
  write_mask(folder / "g/b.npy", 2, 2, kDefect);
  write_mask(folder / "g/c.npy", 2, 2, kNothing);
  write_text(folder / "all.csv",
             "label,map,mask,image_score\n0,m/a.npy,,0.25\n1,m/b.npy,g/b.npy,\nanomalous,m/c.npy,g/c.npy,1e3\n");
  write_text(
      folder / "all.jsonl",
      "{\"map\": \"m/a.npy\", \"label\": 0, \"image_score\": 0.25}\n\n{\"map\": \"m/b.npy\", \"mask\": \"g/b.npy\", "
      "\"label\": true}\n{\"map\": \"m/c.npy\", \"mask\": \"g/c.npy\", \"label\": \"anomalous\", \"image_score\": "
      "1e3}\n");
  for (const std::string file : {"all.csv", "all.jsonl"}) {
    const MapPairs pairs = open_map_pairs(folder / file, "");
    REQUIRE(names_of(pairs) == std::vector<std::string>{"m/a", "m/b", "m/c"});
    const LoadedMaps loaded = load_all(pairs);
    CHECK(loaded.labels == std::vector<uint8_t>{0, 1, 1});
    CHECK(loaded.image_scores == std::vector<float>{0.25f, 4, 1000});
    CHECK(loaded.given_image_scores == 2);
    CHECK(std::count(loaded.masks.begin(), loaded.masks.end(), 1) == 1);
  }
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "all.csv", folder / "g"), Contains("leave out"));
}

TEST_CASE("manifests: wrong lines are named; no path leaves the folder") {
  const TemporaryFolder folder;
  write_map(folder / "set/a.npy", 2, 2, kScores);
  write_map(folder / "b.npy", 2, 2, kScores);
  fs::create_symlink(folder / "b.npy", folder / "set/link.npy");
  const auto message = [&](const std::string& text, const std::string& name = "m.csv") -> std::string {
    write_text(folder / ("set/" + name), text);
    try {
      open_map_pairs(folder / ("set/" + name), "").read(0);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message("map\na.npy\n") == "accepted");
  CHECK_THAT(message("map\n../b.npy\n"), Contains("m.csv:2") && Contains("not below"));
  CHECK_THAT(message("map\nx/../../b.npy\n"), Contains("not below"));
  CHECK_THAT(message("map\n" + (folder / "b.npy").string() + "\n"), Contains("not below"));
  CHECK_THAT(message("map\nlink.npy\n"), Contains("leads out"));
  CHECK_THAT(message("map,mask\na.npy,../b.npy\n"), Contains("not below"));
  CHECK_THAT(message("map,lable\na.npy,1\n"), Contains("did you mean 'label'"));
  CHECK_THAT(message("map,label\na.npy,2\n"), Contains("label '2'"));
  CHECK_THAT(message("map,label\na.npy,1\n"), Contains("labelled anomalous, but has no mask"));
  CHECK_THAT(message("map,image_score\na.npy,nan\n"), Contains("not a finite number"));
  CHECK_THAT(message("map,image_score\na.npy,1e39\n"), Contains("not a finite number"));
  CHECK_THAT(message("map,mask\na.npy\n"), Contains("m.csv:2: 1 fields"));
  CHECK_THAT(message("map\na.npy\na.npy\n"), Contains("m.csv:3") && Contains("m.csv:2 already"));
  CHECK_THAT(message("map,map\na.npy,a.npy\n"), Contains("twice"));
  CHECK_THAT(message("map\n"), Contains("names no map"));
  CHECK_THAT(message(""), Contains("empty"));
  CHECK_THAT(message("{\"map\": [\"a.npy\"]}", "m.jsonl"), Contains("must be a text or a number"));
  CHECK_THAT(message(std::string(100000, '['), "m.jsonl"), Contains("m.jsonl:1: not a JSON object"));
  CHECK_THAT(message(std::string("{\"map\": \"a\0.npy\"}", 17), "m.jsonl"), Contains("m.jsonl:1"));
  write_mask(folder / "set/d.npy", 2, 2, kDefect);
  CHECK_THAT(message("map,mask,label\na.npy,d.npy,0\n"), Contains("labelled normal") && Contains("'a'"));
}

TEST_CASE("image scores beside the maps: array or CSV, complete and finite") {
  const TemporaryFolder folder;
  write_text(folder / "maps.npy", npy("<f4", "(2, 1, 2)", numbers_bytes(kScores)));
  write_text(folder / "masks.npy", npy("|u1", "(2, 1, 2)", std::string("\0\1\0\0", 4)));
  const auto scores = [&](const std::string& name, const std::string& content) {
    write_text(folder / name, content);
    MapOptions options;
    options.image_scores = folder / name;
    return load_all(open_map_pairs(folder / "maps.npy", folder / "masks.npy", options)).image_scores;
  };
  CHECK(scores("s.npy", npy("<f4", "(2,)", numbers_bytes<float>({7, 8}))) == std::vector<float>{7, 8});
  CHECK(scores("s.npy", npy("<f8", "(2, 1)", numbers_bytes<double>({7, 8}))) == std::vector<float>{7, 8});
  CHECK(scores("s.csv", "name,score\n1,-2\n0,0.5\n") == std::vector<float>{0.5f, -2});
  REQUIRE_THROWS_WITH(scores("s.npy", npy("<f4", "(1,)", numbers_bytes<float>({7}))), Contains("1 image scores for 2"));
  REQUIRE_THROWS_WITH(scores("s.npy", npy("<f4", "(2,)", numbers_bytes<float>({7, std::nanf("")}))),
                      Contains("image '1'"));
  REQUIRE_THROWS_WITH(scores("s.csv", "name,score\n1,-2\n"), Contains("no score of image '0'"));
  REQUIRE_THROWS_WITH(scores("s.csv", "name,score\n1,1\n1,2\n"), Contains("s.csv:3") && Contains("second score"));
  REQUIRE_THROWS_WITH(scores("s.csv", "name,score\n5,1\n"), Contains("no image is called '5'"));
  REQUIRE_THROWS_WITH(scores("s.csv", "image,score\n0,1\n"), Contains("name,score"));
}

TEST_CASE("resize=maps brings maps without a mask to the size of the masks") {
  const TemporaryFolder folder;
  write_map(folder / "maps/good/a.npy", 2, 2, kScores);
  write_map(folder / "maps/hole/b.npy", 2, 2, kScores);
  write_mask(folder / "masks/hole/b.npy", 4, 4, std::vector<uint8_t>(16, 1));
  MapOptions options;
  options.resize = ResizePair::maps;
  const auto open = [&] { return open_map_pairs(folder / "maps", folder / "masks", options); };
  CHECK(open().read(0).scores == open().read(1).scores);
  CHECK(open().map_size(0) == MapSize{4, 4});
  write_map(folder / "maps/hole/c.npy", 2, 2, kScores);
  write_mask(folder / "masks/hole/c.npy", 2, 2, kDefect);
  REQUIRE_THROWS_WITH(open(), Contains("'good/a' has no mask") && Contains("size=HxW"));
  write_mask(folder / "masks/hole/b.npy", 2, 2, kDefect);
  CHECK(open().map_size(0) == MapSize{2, 2});
}

TEST_CASE("folders: masks by each ending in any case, and with accents in either form") {
  const TemporaryFolder folder;
  const std::vector<std::pair<std::string, std::string>> names = {
      {"a", "a_MASK"}, {"b", "b_gt"}, {"c", "c_Label"}, {"pr\u00fcf", "pru\u0308f_mask"}};
  for (const auto& [map, mask] : names) {
    write_map(folder / ("maps/" + map + ".npy"), 2, 2, kScores);
    write_mask(folder / ("masks/" + mask + ".npy"), 2, 2, kDefect);
  }
  const MapPairs pairs = open_map_pairs(folder / "maps", folder / "masks");
  REQUIRE(pairs.size() == 4);
  for (int64_t i = 0; i < 4; ++i) CHECK(pairs.read(i).anomalous);
}

TEST_CASE("masks of several values and black masks of defects are noted; masks.threshold cuts") {
  const TemporaryFolder folder;
  for (const std::string name : {"good/a", "hole/b", "hole/c"})
    write_map(folder / ("maps/" + name + ".npy"), 2, 2, kScores);
  write_mask(folder / "masks/hole/b.npy", 2, 2, {0, 9, 255, 0});
  write_mask(folder / "masks/hole/c.npy", 2, 2, kNothing);
  write_mask(folder / "masks/good/a.npy", 2, 2, kNothing);
  MapOptions options;
  const auto load = [&] { return load_all(open_map_pairs(folder / "maps", folder / "masks", options)); };
  const std::vector<std::string> notes = load().notes;
  REQUIRE(notes.size() == 2);
  CHECK_THAT(notes[0], Contains("1 mask holds values other than 0 and one more") && Contains("hole/b"));
  CHECK_THAT(notes[1], Contains("no anomalous pixel: hole/c (") && !Contains("good/a"));
  options.masks.threshold = 9;
  const LoadedMaps cut = load();
  CHECK(std::count(cut.masks.begin(), cut.masks.end(), 1) == 1);
}

TEST_CASE("float64 scores become ordinals with what they stand for") {
  const TemporaryFolder folder;
  const std::vector<double> scores{1, 1 + 1e-12, 1e-60, 0, 1e39, -1e39, 2, 1 + 1e-12};
  write_text(folder / "maps.npy", npy("<f8", "(2, 2, 2)", numbers_bytes(scores)));
  write_text(folder / "masks.npy", npy("|u1", "(2, 2, 2)", std::string("\0\1\0\0\0\0\0\0", 8)));
  MapOptions options;
  const auto load = [&] { return load_all(open_map_pairs(folder / "maps.npy", folder / "masks.npy", options)); };
  REQUIRE_THROWS_WITH(load(), Contains("beyond float32"));
  options.float64 = true;
  const LoadedMaps maps = load();
  for (size_t i = 0; i < 8; ++i) {
    CHECK(maps.pixel_ordinals->score(maps.scores[i]) == scores[i]);
    for (size_t k = 0; k < 8; ++k) CHECK((maps.scores[i] < maps.scores[k]) == (scores[i] < scores[k]));
  }
  CHECK(maps.image_scores[0] < maps.image_scores[1]);
  CHECK(maps.image_ordinals->score(maps.image_scores[1]) == 1e39);
}

TEST_CASE("manifests: semicolons and backslashes of another system are read") {
  const TemporaryFolder folder;
  write_map(folder / "m/a.npy", 2, 2, kScores);
  write_map(folder / "m/b.npy", 2, 2, kScores);
  write_mask(folder / "g/b.npy", 2, 2, kDefect);
  write_text(folder / "all.csv", "map;mask;label\r\nm\\a.npy;;0\r\nm\\b.npy;g\\b.npy;1\r\n");
  const MapPairs pairs = open_map_pairs(folder / "all.csv", "");
  REQUIRE(names_of(pairs) == std::vector<std::string>{"m/a", "m/b"});
  CHECK(pairs.read(1).anomalous);
  write_text(folder / "m/out.csv", "map\n..\\m\\a.npy\n");
  REQUIRE_THROWS_WITH(open_map_pairs(folder / "m/out.csv", ""), Contains("not below"));
}
