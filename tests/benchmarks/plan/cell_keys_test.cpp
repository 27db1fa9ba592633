#include "benchmarks/plan/cell_keys.h"

#include <catch2/catch.hpp>

#include "benchmarks/other_values.h"
#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/representation/projector_checkpoint.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const Fingerprints prints{"train", "test", "data"};

/// Keys under settings, with weights that are only hashed.
class Keys {
 public:
  Keys() { write_file_atomically(folder_ / "w.pth", "weights"); }

  CellKey of(std::vector<std::string> words, const std::string& detector = "feature_norm",
             const std::string& features = "raw") const {
    words.insert(words.begin(), "weights=" + (folder_ / "w.pth").string());
    const auto config = std::make_shared<const RunConfig>(resolve_run(read_config({}, words)).at(0));
    const RunSettings& s = config->settings;
    const Fit fit = s.fit == "auto" ? Fit::crop : fit_named(s.fit);
    const Geometry geometry{static_cast<int>(s.resize > 0 ? s.resize : 224), static_cast<int>(s.crop), fit};
    return cell_key({config, "nut", detector, features, geometry}, s.layout, prints);
  }

  /// A projectors' file of this seed.
  std::string projector(uint64_t seed) const {
    ProjectorCheckpoint checkpoint;
    checkpoint.params.references = 8;
    checkpoint.channels = {16, 16};
    checkpoint.weights = initial_projector(checkpoint.params, checkpoint.channels, seed);
    const std::filesystem::path file = folder_ / fmt::format("projector-{}.safetensors", seed);
    write_projector_checkpoint(file, checkpoint);
    return file.string();
  }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    write_file_atomically(folder_ / name, content);
    return folder_ / name;
  }

 private:
  TemporaryFolder folder_;
};

std::set<std::string> names(const nlohmann::json& section) {
  std::set<std::string> list;
  for (const auto& [name, value] : section.items()) list.insert(name);
  return list;
}

/// Which of the three hashes differ.
std::array<bool, 3> differences(const CellKey& a, const CellKey& b) {
  return {a.fit_hash() != b.fit_hash(), a.score_hash() != b.score_hash(), a.hash() != b.hash()};
}

/// Which hashes a change of what decides this must change.
std::array<bool, 3> expected(Decides role) {
  if (role == Decides::nothing) return {false, false, false};
  return {role <= Decides::fit, role <= Decides::scores, true};
}

/// Changes every declared parameter of a cell, one at a time, and compares what changes with its role.
int64_t check_every_parameter(const Keys& keys, const std::string& detector, const std::string& features,
                              const std::vector<std::string>& base) {
  // of these the content, a model of several classes, the class's geometry or the projectors that are made count, which
  // other tests change; lists hold the cell itself
  const std::set<std::string> apart = {"data",     "classes_together", "classes",           "detector",
                                       "features", "image.fit",        "projector.pretrain"};
  const auto settings_under = [&](const std::vector<std::string>& words) {
    return cell_settings(resolve_run(read_config({}, words)).at(0), detector, features);
  };
  const CellKey before = keys.of(base, detector, features);
  int64_t checked = 0;
  for (const CellSetting& setting : settings_under(base)) {
    if (apart.contains(setting.name)) continue;
    const auto other_file = [&] {
      return setting.name == "projector" ? keys.projector(2)
                                         : keys.write(setting.name + ".other", "content of " + setting.name).string();
    };
    for (const std::string& value : other_values(*setting.param, setting.value, other_file)) {
      if (value == "auto" && setting.name == "precision") continue;  // fp32 or not: it depends on the machine
      std::vector<std::string> changed;
      for (const std::string& word : base)
        if (!word.starts_with(setting.name + "=")) changed.push_back(word);
      changed.push_back(setting.name + "=" + value);
      Decides role = setting.role;
      for (const CellSetting& after : settings_under(changed))
        if (after.name == setting.name && after.role != Decides::nothing &&
            (role == Decides::nothing || after.role < role))
          role = after.role;
      INFO(detector << " · " << features << ": " << setting.name << "=" << value);
      CHECK(differences(before, keys.of(changed, detector, features)) == expected(role));
      ++checked;
    }
  }
  return checked;
}

}  // namespace

TEST_CASE("every declared parameter changes the keys that its role says, and no others", "[cell]") {
  const Keys keys;
  int64_t checked = 0;
  const std::string list = keys.write("list.txt", "a.png\n").string();
  const std::vector<std::string> files = {"references.list=" + list, "references.aligned_backbone=efficientnet_lite0"};
  for (const std::string& detector : DetectorRegistry::instance().names())
    for (const char* features : {"raw", "residual"}) checked += check_every_parameter(keys, detector, features, files);
  const std::vector<std::string> pretrained = {"projector=" + keys.projector(1), files[0], files[1]};
  for (const std::string& detector : DetectorRegistry::instance().names())
    checked += check_every_parameter(keys, detector, "pretrained", pretrained);
  // settings that others depend on
  checked += check_every_parameter(keys, "padim", "residual",
                                   {"padim.dims=8", "references.select=kmeans", files[0], files[1]});
  checked += check_every_parameter(keys, "padim", "residual", {"references.select=list", files[0], files[1]});
  checked += check_every_parameter(keys, "patchcore", "raw", {"patchcore.index=hnsw", "split.noise_ratio=0.1"});
  checked +=
      check_every_parameter(keys, "cflow", "residual", {"selection=validation", "split.folds=3", files[0], files[1]});
  checked += check_every_parameter(keys, "glass", "raw", {"selection=oracle", "split.train_fraction=0.5"});
  checked += check_every_parameter(keys, "padim", "residual", {"backbone=vit", files[0], files[1]});
  CHECK(checked > 1100);
}

TEST_CASE("a key holds what decides the result and nothing else", "[cell]") {
  const Keys keys;
  const CellKey key = keys.of({});
  CHECK(names(key.fit) == std::set<std::string>{"backbone", "class", "detector", "features", "image.crop", "image.fit",
                                                "image.resize", "on_bad_image", "precision", "train",
                                                "version.backbone", "version.detector", "weights"});
  CHECK(names(key.scores) == std::set<std::string>{"feature_norm.norm", "feature_norm.sigma", "test"});
  CHECK(names(key.evaluation) ==
        std::set<std::string>{"data", "layout", "metrics.protocol", "version.masks", "version.protocol"});
  CHECK(key.text("weights") == sha256_of("weights"));
  for (const char* without_effect :
       {"seed=7", "split.seed=7", "split.noise_overlap=no", "references.from=noisy", "references.shots=3", "batch=3",
        "selection=oracle", "post=published", "device=cuda", "cflow.blocks=2"})
    CHECK(keys.of({without_effect}) == key);
  CHECK(CellKey::from_json(key.to_json()) == key);
  CHECK_THROWS(CellKey::from_json({{"fit", 1}, {"scores", 2}, {"evaluation", 3}}));
}

TEST_CASE("what chooses references is in the key where it does", "[cell]") {
  const Keys keys;
  const auto key = [&](const std::vector<std::string>& words) { return keys.of(words, "padim", "residual").fit; };
  CHECK(key({"references.clusters=3", "references.aligned_backbone=clip_base", "references.save=yes"}) == key({}));
  CHECK(key({"references.exclude_self=yes"})["references.exclude_self"] == true);
  CHECK(key({"references.select=kmeans"})["references.clusters"] == 8);
  CHECK(key({"references.select=aligned",
             "references.aligned_backbone=efficientnet_lite0"})["references.aligned_backbone"] ==
        nlohmann::json(
            {{"backbone", "efficientnet_lite0"}, {"weights", sha256_of("weights")}, {"grid", 5}, {"centers", 5}}));
  const std::string list = keys.write("list.txt", "a.png\n").string();
  CHECK(key({"references.select=list", "references.list=" + list})["references.list"] == sha256_of("a.png\n"));
}

TEST_CASE("aligned references cannot come from a backbone without official weights but the run's own", "[cell]") {
  const Keys keys;
  const auto key = [&](const std::vector<std::string>& words) { return keys.of(words, "padim", "residual").fit; };
  const std::vector<std::string> aligned = {"references.select=aligned", "references.aligned_backbone=vit"};
  CHECK_THROWS_WITH(key(aligned), Catch::Matchers::Contains("references.aligned_backbone=vit"));
  CHECK(key({aligned[0], aligned[1], "backbone=vit"})["references.aligned_backbone"]["backbone"] == "vit");
}

TEST_CASE("what vit is told of its file is in the key where it is the backbone", "[cell]") {
  const Keys keys;
  const nlohmann::json fit = keys.of({"backbone=vit"}).fit;
  CHECK(fit.at("vit.heads") == 0);
  CHECK(fit.at("vit.layers") == nlohmann::json::array());
  CHECK(fit.at("vit.activation") == "auto");
  for (const char* told : {"vit.heads=2", "vit.layers=1,2", "vit.activation=gelu"}) {
    CHECK(keys.of({"backbone=vit", told}) != keys.of({"backbone=vit"}));
    CHECK(keys.of({told}) == keys.of({}));
  }
}

TEST_CASE("automatic precision is in the key as what it stands for", "[cell]") {
  const Keys keys;
  CHECK(keys.of({}).text("precision") == "fp32");
  CHECK(keys.of({"precision=bf16"}) != keys.of({}));
  CHECK(keys.of({"precision=auto"}) == keys.of({"precision=" + keys.of({"precision=auto"}).text("precision")}));
}

TEST_CASE("files and folders are in the key by their content", "[cell]") {
  const Keys keys;
  const auto cflow = [&](const std::string& file) { return keys.of({"cflow.decoders=" + file}, "cflow").fit; };
  const std::string a = keys.write("a.pth", "flows").string(), b = keys.write("b.pth", "flows").string(),
                    c = keys.write("c.pth", "other flows").string();
  CHECK(cflow(a)["cflow.decoders"] == sha256_of("flows"));
  CHECK(cflow(a) == cflow(b));
  CHECK(cflow(a) != cflow(c));
  CHECK_FALSE(keys.of({}, "cflow").fit.contains("cflow.decoders"));

  const auto glass = [&](const std::string& folder) { return keys.of({"glass.textures=" + folder}, "glass").fit; };
  const std::string one = keys.write("one/x/1.png", "1").parent_path().parent_path().string();
  keys.write("one/2.png", "2");
  const std::string same = keys.write("same/x/1.png", "1").parent_path().parent_path().string();
  keys.write("same/2.png", "2");
  const auto before = glass(one);
  CHECK(before == glass(same));
  keys.write("one/2.png", "22");
  const auto changed = glass(one);
  CHECK(changed != before);
  std::filesystem::rename(same + "/2.png", same + "/3.png");
  CHECK(glass(same) != before);
}

TEST_CASE("an activation is in a cell's key where it is another than adrep 0.2 took", "[cell]") {
  const Keys keys;
  const CellKey before = keys.of({"backbone=clip_base"});
  CHECK_FALSE(before.fit.contains("weights.activation"));
  CHECK(keys.of({"backbone=clip_base", "weights.activation=quick_gelu"}) == before);
  CHECK(keys.of({"backbone=clip_base", "weights.activation=gelu"}).fit.at("weights.activation") == "gelu");
  const nlohmann::json vit = keys.of({"backbone=vit", "weights.activation=gelu"}).fit;
  CHECK(vit.at("vit.activation") == "gelu");
  CHECK_FALSE(vit.contains("weights.activation"));
}

TEST_CASE("the way in which photographs are fitted is in the key, as it was taken", "[cell_key]") {
  const Keys keys;
  const CellKey crop = keys.of({});
  CHECK(keys.of({"image.fit=crop"}).hash() == crop.hash());
  std::set<std::string> hashes{crop.fit_hash()};
  for (const std::string fit : {"squash", "pad", "tiles"}) {
    const CellKey key = keys.of({"image.fit=" + fit});
    CHECK(key.text("image.fit") == fit);
    hashes.insert(key.fit_hash());
  }
  CHECK(hashes.size() == 4);
  CHECK(crop.text("image.fit") == "crop");  // auto, on squares
}
