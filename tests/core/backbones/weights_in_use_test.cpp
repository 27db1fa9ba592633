#include "core/backbones/weights_in_use.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "support/golden.h"
#include "support/random_tensors.h"
#include "support/seeded_backbones.h"
#include "tools/vit_entries.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

VitSettings told(const std::string& activation) {
  VitSettings settings;
  settings.vit_heads = 4;
  settings.weights_activation = activation;
  return settings;
}

}  // namespace

TEST_CASE("hidden_act beside a file is what is computed, as if it were told", "[weights][vit]") {
  const TemporaryFolder folder;
  const auto file = write_small_vits(folder.path(), 4)[3].file;
  const at::Tensor images = normal_tensor({1, 3, 64, 64}, 2);
  const auto first = [&](const std::string& activation) {
    return load_backbone("vit", file, at::kCPU, "fp32", told(activation))->forward(images)[0];
  };
  const at::Tensor quick = first("quick_gelu"), gelu = first("gelu");
  CHECK_FALSE(quick.equal(gelu));
  CHECK(first("auto").equal(quick));
  CHECK(activation_beyond_before("vit", file, told("auto"), sha256_of_file).empty());
  write_file_atomically(folder / "config.json", R"({"vision_config": {"hidden_act": "gelu", "hidden_size": 80}})");
  CHECK(first("auto").equal(gelu));
  CHECK(first("").equal(quick));
  CHECK(activation_beyond_before("vit", file, told("auto"), sha256_of_file) == "gelu");
  CHECK(activation_beyond_before("vit", file, told("gelu"), sha256_of_file).empty());
  CHECK(load_backbone("vit", file, at::kCPU, "fp32", told("auto"))->info().activation.name == "gelu");
}

TEST_CASE("an activation told to CLIP counts beyond before only where it is another", "[weights]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto beyond = [&](const std::string& backbone, const std::string& activation) {
    return activation_beyond_before(backbone, folder / "w.pth", told(activation), sha256_of_file);
  };
  CHECK(beyond("clip_base", "gelu") == "gelu");
  CHECK(beyond("clip_base", "quick_gelu").empty());
  CHECK(beyond("clip_base", "auto").empty());
  CHECK(beyond("dinov2_base", "quick_gelu") == "quick_gelu");
  CHECK(beyond("resnet18", "gelu").empty());
  CHECK(beyond("vit", "auto").empty());  // the file is none: loading it says so
}

TEST_CASE("a file that is not published is noted, with the guess where there is one", "[weights]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto note = [&](const std::string& backbone, const std::string& activation) {
    return weights_note(backbone, folder / "w.pth", told(activation), sha256_of_file);
  };
  CHECK_THAT(note("clip_base", "auto"),
             Contains("w.pth: keys fit, not a published file; computed with QuickGELU, a guess"));
  CHECK(note("clip_base", "gelu") == "w.pth: keys fit, not a published file");
  CHECK(note("resnet50", "auto") == "w.pth: keys fit, not a published file");
  CHECK(note("imagebind", "auto").empty());  // no hash of its file is known
  CHECK(weights_note(seeded_backbone(), {}, {}, sha256_of_file).empty());
}

TEST_CASE("sides that are no multiples of the patch are refused without loading", "[weights][vit]") {
  const auto check = [](const std::string& backbone, const std::filesystem::path& file, int64_t side) {
    check_image_sides(backbone, file, told("auto"), side, side);
  };
  CHECK_THROWS_WITH(check("dinov2_base", "", 64), Contains("multiples of 14") && Contains("for example 56"));
  CHECK_NOTHROW(check("dinov2_base", "", 70));
  CHECK_THROWS_WITH(check("clip_base32", "", 240), Contains("multiples of 32"));
  CHECK_NOTHROW(check("resnet18", "", 33));
  const TemporaryFolder folder;
  const auto file = write_small_vits(folder.path(), 4)[0].file;  // patches of 8
  CHECK_THROWS_WITH(check("vit", file, 60), Contains("vit needs sides that are multiples of 8"));
  CHECK_NOTHROW(check("vit", file, 64));
  CHECK_NOTHROW(check("vit", "/nonexistent.pth", 60));
}

TEST_CASE("the normalisation stated beside a file is that of its images, and is noted", "[weights][vit]") {
  const TemporaryFolder folder;
  const auto file = write_small_vits(folder.path(), 4)[3].file;
  const auto loaded = [&](const VitSettings& settings = told("gelu")) {
    return load_backbone("vit", file, at::kCPU, "fp32", settings)->info();
  };
  const auto beyond = [&] { return normalisation_beyond_before("vit", file, told("gelu"), sha256_of_file); };
  const auto note = [&] { return weights_note("vit", file, told("gelu"), sha256_of_file); };
  CHECK((loaded().mean == clip_mean && loaded().usual_normalisation));
  CHECK((beyond().empty() && note().empty()));
  write_file_atomically(folder / "open_clip_config.json", R"({"model_cfg": {"vision_cfg": {"width": 80}},
      "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}})");
  CHECK((loaded().mean == std::array{0.5, 0.5, 0.5} && loaded().std == loaded().mean));
  CHECK(loaded().normalisation_from == "as open_clip_config.json beside it says");
  CHECK(beyond() == "mean 0.5 0.5 0.5, std 0.5 0.5 0.5");
  CHECK_THAT(note(), Contains("clip.safetensors: keys fit") && Contains("images normalised with mean 0.5 0.5 0.5") &&
                         Contains("open_clip_config.json"));
  VitSettings kept = told("gelu");
  kept.normalisation_beside = false;
  CHECK(loaded(kept).mean == clip_mean);
  CHECK(normalisation_beyond_before("resnet18", file, {}, sha256_of_file).empty());
}
