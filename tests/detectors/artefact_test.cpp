#include "detectors/artefact.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/io/sealed_tensors.h"
#include "detectors/every_detector.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

Artefact artefact_of(const DetectorEntry& entry) {
  return {entry.name,
          entry.quick_params,
          {{"backbone", "a"}, {"crop", 32}},
          {{"bank/0", random_tensor({4, 6}, 1)}},
          fitted(entry, normal_levels(7, 1))};
}

Levels image_of(const Levels& levels, int64_t index) {
  Levels one{{}, levels.image_size};
  for (const at::Tensor& map : levels.maps) one.maps.push_back(map.narrow(0, index, 1));
  return one;
}

/// The artefact in `file` with another value in its description or tensors, sealed again.
void rewrite(const std::filesystem::path& file, const std::function<void(SealedTensors&)>& change) {
  const SealKind kind{"adrep detector", 1};
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
    save_artefact(folder / "a.safetensors", saved, image_of(test, 0));
    const Artefact loaded = load_artefact(folder / "a.safetensors");
    REQUIRE(loaded.detector == entry.name);
    REQUIRE(loaded.features == saved.features);
    REQUIRE(loaded.representation.at("bank/0").equal(saved.representation.at("bank/0")));
    REQUIRE((entry.resolve(loaded.parameters) == entry.resolve(saved.parameters)));
    const Scores a = saved.fitted->score(test), b = loaded.fitted->score(test);
    REQUIRE(a.maps.equal(b.maps));
    REQUIRE(a.image_scores.equal(b.image_scores));
    for (int64_t i = 0; i < 5; ++i) {
      const Scores alone = loaded.fitted->score(image_of(test, i));
      REQUIRE(relative_difference(alone.maps[0], a.maps[i]) <= 1e-5);
      REQUIRE(relative_difference(alone.image_scores[0], a.image_scores[i]) <= 1e-5);
    }
    REQUIRE(artefact_features(folder / "a.safetensors") == saved.features);
  });
}

TEST_CASE("an artefact with a changed byte anywhere, or cut anywhere, is refused", "[artefact]") {
  for_every_detector([](const DetectorEntry& entry) {
    const TemporaryFolder folder;
    save_artefact(folder / "a.safetensors", artefact_of(entry), normal_levels(1, 2));
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
  write_sealed(folder / "next.safetensors", {"adrep detector", 2}, {{{"detector", "padim"}}, {}});
  REQUIRE_THAT(message(folder / "next.safetensors"), Contains("version 2") && Contains("reads version 1"));
  REQUIRE_THAT(message(folder / "absent.safetensors"), Contains("absent.safetensors"));
  REQUIRE(artefact_features(folder / "plain.safetensors").is_null());
  REQUIRE(artefact_features(folder / "absent.safetensors").is_null());

  const std::filesystem::path file = folder / "a.safetensors";
  const auto change = [&](const std::function<void(SealedTensors&)>& by) {
    save_artefact(file, artefact_of(DetectorRegistry::instance().get("padim", "detector")), normal_levels(1, 2));
    rewrite(file, by);
    return message(file);
  };
  REQUIRE(change([](SealedTensors&) {}).empty());
  REQUIRE_THAT(change([](SealedTensors& c) { c.description["detector"] = "padm"; }),
               Contains("a.safetensors") && Contains("did you mean 'padim'"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.description["parameters"]["sgma"] = "4"; }), Contains("sigma"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.description.erase("parameters"); }), Contains("damaged"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors.erase("detector/shapes"); }), Contains("shapes"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors.erase("test/maps"); }), Contains("self-test"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors["test/maps"].add_(0.01); }), Contains("self-test gives other"));
  REQUIRE_THAT(change([](SealedTensors& c) { c.tensors["detector/level0/mean"].add_(0.01); }),
               Contains("self-test gives other"));
}
