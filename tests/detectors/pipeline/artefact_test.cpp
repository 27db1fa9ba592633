#include "detectors/pipeline/artefact.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/version.h"
#include "core/io/sealed_tensors.h"
#include "datasets/tree.h"
#include "detectors/every_detector.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// Of residual features; the backbone is only named. The probe is the first of normal_levels(5, 2).
Artefact artefact_of(const DetectorEntry& entry) {
  Artefact made;
  made.detector = entry.name;
  made.parameters = entry.quick_params;
  made.features = {{"backbone", "a"}, {"crop", contract_image_size}};
  made.geometry = {40, contract_image_size};
  made.backbone = {"efficientnet_lite0", "weights.pth", std::string(64, 'a'), Precision::bf16};
  made.representation = {
      "residual",
      {{random_tensor({2 * 64, 6}, 1), random_tensor({2 * 16, 10}, 2), random_tensor({2 * 16, 16}, 3)},
       {"a.png", "b.png"}},
      Match::l2};
  made.fitted = test::fitted(entry, normal_levels(7, 1));
  made.batch = 5;
  made.probe = {at::full({contract_image_size, contract_image_size, 3}, 7, at::kByte),
                normal_levels(5, 2).narrow(0, 1)};
  return made;
}

/// The artefact in `file` with another value in its description or tensors, sealed again.
void rewrite(const std::filesystem::path& file, const std::function<void(SealedTensors&)>& change) {
  const SealKind kind{"adrep detector", 2};
  SealedTensors content = read_sealed(file, kind);
  for (auto& [name, tensor] : content.tensors) tensor = tensor.clone();
  change(content);
  write_sealed(file, kind, content);
}

}  // namespace

TEST_CASE("every detector's artefact gives bit-equal scores, of one image alone or in any batch", "[artefact]") {
  for_every_detector([](const DetectorEntry& entry) {
    const TemporaryFolder folder;
    const Artefact saved = artefact_of(entry);
    const Levels test = normal_levels(5, 2);
    save_artefact(folder / "a.safetensors", saved);
    const Artefact loaded = load_artefact(folder / "a.safetensors");
    REQUIRE(loaded.detector == entry.name);
    REQUIRE(loaded.features == saved.features);
    REQUIRE((loaded.geometry == saved.geometry && loaded.batch == saved.batch));
    REQUIRE((loaded.backbone.name == saved.backbone.name && loaded.backbone.file == saved.backbone.file));
    REQUIRE((loaded.backbone.sha256 == saved.backbone.sha256 && loaded.backbone.precision == Precision::bf16));
    REQUIRE((loaded.representation.kind == "residual" && loaded.representation.match == Match::l2));
    REQUIRE(loaded.representation.bank.files == saved.representation.bank.files);
    for (size_t l = 0; l < 3; ++l) REQUIRE(loaded.representation.bank.rows[l].equal(saved.representation.bank.rows[l]));
    REQUIRE((entry.resolve(loaded.parameters) == entry.resolve(saved.parameters)));
    const Scores a = saved.fitted->score(test), b = loaded.fitted->score(test);
    REQUIRE(a.maps.equal(b.maps));
    REQUIRE(a.image_scores.equal(b.image_scores));
    for (int64_t i = 0; i < 5; ++i) {
      const Scores alone = loaded.fitted->score(test.narrow(i, 1));
      REQUIRE(relative_difference(alone.maps[0], a.maps[i]) <= 1e-5);
      REQUIRE(relative_difference(alone.image_scores[0], a.image_scores[i]) <= 1e-5);
    }
    REQUIRE(artefact_owner(folder / "a.safetensors")->features == saved.features);
  });
}

TEST_CASE("an artefact with a changed byte anywhere, or cut anywhere, is refused", "[artefact]") {
  for_every_detector([](const DetectorEntry& entry) {
    const TemporaryFolder folder;
    save_artefact(folder / "a.safetensors", artefact_of(entry));
    const std::string bytes = read_file(folder / "a.safetensors");
    const auto refused = [&](const std::string& changed) {
      write_file_atomically(folder / "b.safetensors", changed);
      REQUIRE_THROWS_AS(load_artefact(folder / "b.safetensors"), InputError);
    };
    constexpr size_t regions = 60;
    for (size_t region = 0; region < regions; ++region) {
      const size_t place = region < 8 ? region : region * (bytes.size() - 1) / (regions - 1);
      CAPTURE(place);
      std::string changed = bytes;
      changed[place] = static_cast<char>(changed[place] ^ 0x40);
      refused(changed);
      refused(bytes.substr(0, place));
    }
    refused(bytes + "x");
  });
}

TEST_CASE("foreign files and those of another version are refused, saying what they are", "[artefact]") {
  const TemporaryFolder folder;
  const auto message = [&](const std::filesystem::path& file) -> std::string {
    try {
      load_artefact(file);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  write_safetensors(folder / "plain.safetensors", {{"x", at::ones({2})}});
  REQUIRE_THAT(message(folder / "plain.safetensors"), Contains("plain.safetensors") && Contains("adrep detector"));
  write_sealed(folder / "next.safetensors", {"adrep detector", 3}, {{{"detector", "padim"}}, {}});
  REQUIRE_THAT(message(folder / "next.safetensors"),
               Contains("version 3") && Contains("reads version 2: a later adrep wrote it: use that one"));
  write_sealed(folder / "first.safetensors", {"adrep detector", 1}, {{{"detector", "padim"}}, {}});
  REQUIRE_THAT(message(folder / "first.safetensors"),
               Contains("first.safetensors: a model of adrep 0.1") && Contains("run again with models=keep"));
  REQUIRE_FALSE(artefact_owner(folder / "first.safetensors"));
  REQUIRE_THAT(message(folder / "absent.safetensors"), Contains("absent.safetensors"));
  REQUIRE_FALSE(artefact_owner(folder / "plain.safetensors"));
  REQUIRE_FALSE(artefact_owner(folder / "absent.safetensors"));

  const std::filesystem::path file = folder / "a.safetensors";
  const auto change = [&](const std::function<void(SealedTensors&)>& by) {
    save_artefact(file, artefact_of(DetectorRegistry::instance().get("padim", "detector")));
    rewrite(file, by);
    return message(file);
  };
  REQUIRE(change([](SealedTensors&) {}).empty());
  REQUIRE_THAT(change([](SealedTensors& c) { c.description["detector"] = "padm"; }),
               Contains("a.safetensors") && Contains("did you mean 'padim'"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.description["parameters"]["sgma"] = "4"; }), Contains("sigma"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.description.erase("parameters"); }), Contains("damaged"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors.erase("detector/shapes"); }), Contains("shapes"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors.erase("test/maps"); }), Contains("no tensor 'test/maps'"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors["test/maps"].add_(0.01); }), Contains("self-test gives other"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors["detector/level0/mean"].add_(0.01); }),
               Contains("self-test gives other"));

  // what does not fit together, each in one line
  using Change = std::function<void(SealedTensors&)>;
  const std::vector<std::pair<std::string, Change>> wrong = {
      {"its crop is 0", [](SealedTensors& c) { c.description["image"]["crop"] = 0; }},
      {"its resize is 31", [](SealedTensors& c) { c.description["image"]["resize"] = 31; }},
      {"its batch is 100000", [](SealedTensors& c) { c.description["batch"] = 100000; }},
      {"self-test for images of 33", [](SealedTensors& c) { c.description["image"]["crop"] = 33; }},
      {"unknown backbone 'torchscript:/a.pt'",
       [](SealedTensors& c) { c.description["backbone"]["name"] = "torchscript:/a.pt"; }},
      {"embeds a backbone that is code",
       [](SealedTensors& c) {
         c.description["backbone"]["name"] = "torchscript:FILE";
         c.description["backbone"]["embedded"] = true;
       }},
      {"no tensor 'backbone'", [](SealedTensors& c) { c.description["backbone"]["embedded"] = true; }},
      {"unknown tensor 'backbone'", [](SealedTensors& c) { c.tensors["backbone"] = at::zeros({4}, at::kByte); }},
      {"SHA-256", [](SealedTensors& c) { c.description["backbone"]["sha256"] = "abc"; }},
      {"precision=fp8", [](SealedTensors& c) { c.description["backbone"]["precision"] = "fp8"; }},
      {"unknown features 'odd'", [](SealedTensors& c) { c.description["representation"]["kind"] = "odd"; }},
      {"unknown matching 'dot'", [](SealedTensors& c) { c.description["representation"]["match"] = "dot"; }},
      {"3 reference images",
       [](SealedTensors& c) {
         c.description["representation"]["references"] = {"a", "b", "c"};
         c.tensors.erase("bank/2");
       }},
      {"'bank/1' is [31, 10]",
       [](SealedTensors& c) {
         c.tensors["bank/1"] = at::zeros({31, 10});
       }},
      {"'bank/0' is Double",
       [](SealedTensors& c) {
         c.tensors["bank/0"] = at::zeros({128, 6}, at::kDouble);
       }},
      {"'bank/2' is empty",
       [](SealedTensors& c) {
         c.tensors["bank/2"] = at::zeros({0, 16});
       }},
      {"no tensor 'bank/2'",
       [](SealedTensors& c) {
         c.tensors["bank/3"] = c.tensors["bank/2"];
         c.tensors.erase("bank/2");
       }},
      {"unknown post step 'max'", [](SealedTensors& c) { c.description["post"] = "max"; }},
      {"needs 'low'", [](SealedTensors& c) { c.description["post"] = "min_max"; }},
      {"without log-likelihoods", [](SealedTensors& c) { c.description["post"] = "likelihood"; }},
      {"unknown tensor 'post/low'", [](SealedTensors& c) { c.tensors["post/low"] = at::zeros({1}); }},
      {"features of 2 images",
       [](SealedTensors& c) {
         c.tensors["test/levels/0"] = at::zeros({2, 6, 8, 8});
       }},
      {"'test/image' is Byte [4]", [](SealedTensors& c) { c.tensors["test/image"] = at::zeros({4}, at::kByte); }},
      {"description is incomplete", [](SealedTensors& c) { c.description["representation"].erase("references"); }},
      {"description is incomplete", [](SealedTensors& c) { c.description["image"] = "large"; }},
  };
  for (const auto& [part, by] : wrong) {
    const std::string line = change(by);
    CHECK_THAT(line, Contains("a.safetensors: ") && Contains(part));
    CHECK(line.find('\n') == std::string::npos);
  }
}

TEST_CASE("a fitted model that lacks what this version writes is one line that says who wrote it", "[artefact]") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "part.adrep";
  Artefact made = artefact_of(DetectorRegistry::instance().get("padim", "detector"));
  made.calibration = Calibration{};
  made.calibration->images = GoodScores({1, 2, 3});
  made.calibration->regions = GoodScores({0, 0, 4});
  made.witnesses = {{std::string(64, 'b'), 1, at::zeros({contract_image_size, contract_image_size})}};
  save_artefact(file, made);
  REQUIRE(load_artefact(file).calibration);
  const auto refused = [&](const std::string& what, const std::function<void(SealedTensors&)>& change) {
    save_artefact(file, made);
    rewrite(file, [&](SealedTensors& content) {
      content.description["adrep"] = "0.1.9";
      change(content);
    });
    const std::string line = input_error([&] { load_artefact(file); });
    CAPTURE(what, line);
    CHECK_THAT(line, Catch::StartsWith(file.string() + ": ") && Contains(what));
    CHECK(line.find('\n') == std::string::npos);
  };
  for (const char* field : {"form", "folds", "false_alarm", "threshold", "rule", "pixel_threshold", "pixel_share",
                            "false_alarm_region", "region_area", "notes"})
    refused("adrep 0.1.9 wrote it, this is adrep " + version() + ": make it anew",
            [&](SealedTensors& content) { REQUIRE(content.description["calibration"].erase(field) == 1); });
  for (const char* field : {"batch", "post", "image", "backbone", "representation", "parameters", "features"})
    refused("adrep 0.1.9 wrote it", [&](SealedTensors& content) { REQUIRE(content.description.erase(field) == 1); });
  for (const char* tensor : {"calibration/images", "calibration/regions", "witness/scores", "witness/maps"})
    refused(tensor, [&](SealedTensors& content) { REQUIRE(content.tensors.erase(tensor) == 1); });
}

TEST_CASE("a kept model has the normalisation of its images where it is not its backbone's own", "[artefact]") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.safetensors";
  Artefact made = artefact_of(DetectorRegistry::instance().get("padim", "detector"));
  made.backbone.name = "clip_base";
  made.backbone.vit.normalisation = InputNormalisation{{0.25, 0.5, 0.75}, {0.5, 0.5, 1}};
  save_artefact(file, made);
  CHECK(load_artefact(file).backbone.vit.normalisation == made.backbone.vit.normalisation);
  CHECK_FALSE(load_artefact(file).backbone.vit.normalisation_beside);
  rewrite(file, [](SealedTensors& content) { content.description["backbone"]["std"] = {0.5, 0, 1}; });
  CHECK_THROWS_WITH(load_artefact(file), Contains("a.safetensors") && Contains("its std of the backbone is 0"));
  rewrite(file, [](SealedTensors& content) {
    content.description["backbone"].erase("mean");
    content.description["backbone"].erase("std");
  });
  CHECK_FALSE(load_artefact(file).backbone.vit.normalisation);
  CHECK_FALSE(load_artefact(file).backbone.vit.normalisation_beside);
}

TEST_CASE("a kept model has its activation, and one of before the usual one", "[artefact]") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.safetensors";
  Artefact made = artefact_of(DetectorRegistry::instance().get("padim", "detector"));
  made.backbone.name = "clip_base";
  made.backbone.vit.weights_activation = "gelu";
  save_artefact(file, made);
  CHECK(load_artefact(file).backbone.vit.weights_activation == "gelu");
  rewrite(file, [](SealedTensors& content) { content.description["backbone"].erase("activation"); });
  CHECK(load_artefact(file).backbone.vit.weights_activation.empty());
  rewrite(file, [](SealedTensors& content) { content.description["backbone"]["activation"] = "tanh"; });
  CHECK_THROWS_WITH(load_artefact(file), Contains("a.safetensors") && Contains("unknown activation 'tanh'"));
  rewrite(file, [](SealedTensors& content) {
    content.description["backbone"]["name"] = "vit";
    content.description["backbone"].erase("activation");
    content.description["backbone"]["vit"] = {{"heads", 2}, {"layers", {"1"}}, {"activation", "auto"}};
  });
  CHECK(load_artefact(file).backbone.vit.weights_activation.empty());
}
