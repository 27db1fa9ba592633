#include "core/backbones/config_beside.h"

#include <fmt/ranges.h>

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// What these configurations, "" for none, say of weights of width 80: "NAME: WHERE", or "".
std::string said(const std::string& hugging_face, const std::string& open_clip = "") {
  const TemporaryFolder folder;
  if (!hugging_face.empty()) write_file_atomically(folder / "config.json", hugging_face);
  if (!open_clip.empty()) write_file_atomically(folder / "open_clip_config.json", open_clip);
  const auto stated = stated_activation(folder / "w.safetensors", 80);
  return stated ? stated->name + ": " + stated->where : "";
}

/// The normalisation that files of these names and texts state of weights of width 80, after the file that says so.
std::string images_said(const std::vector<std::pair<std::string, std::string>>& files) {
  const TemporaryFolder folder;
  for (const auto& [name, text] : files) write_file_atomically(folder / name, text);
  const auto stated = stated_normalisation(folder / "w.safetensors", 80, {{0.1, 0.2, 0.3}, {0.4, 0.5, 0.6}});
  return stated ? fmt::format("{}: {}, {}", stated->where, fmt::join(stated->values.mean, " "),
                              fmt::join(stated->values.std, " "))
                : "";
}

/// OpenCLIP's configuration of this width with this preprocess_cfg.
std::pair<std::string, std::string> open_clip_of(int width, const std::string& images) {
  return {"open_clip_config.json", fmt::format(R"({{"model_cfg": {{"vision_cfg": {{"width": {}}}}},
                                                   "preprocess_cfg": {}}})",
                                               width, images)};
}

}  // namespace

TEST_CASE("hidden_act of a model's config.json, or of its vision part, is read", "[weights]") {
  CHECK_THAT(said(R"({"hidden_act": "gelu"})"), Contains("gelu: config.json beside it says hidden_act=gelu"));
  CHECK_THAT(said(R"({"hidden_act": "gelu", "vision_config": {"hidden_act": "quick_gelu", "hidden_size": 80}})"),
             Contains("quick_gelu: "));
  CHECK_THAT(said(R"({"hidden_act": "gelu_python"})"), Contains("gelu: "));
  CHECK_THAT(said(R"({"model_type": "clip_vision_model"})"), Contains("quick_gelu: "));
  CHECK(said(R"({"model_type": "dinov2"})").empty());
}

TEST_CASE("OpenCLIP's configuration has GELU unless it says quick_gelu", "[weights]") {
  CHECK_THAT(said("", R"({"model_cfg": {"vision_cfg": {"width": 80}}})"), Contains("gelu: ") && Contains("=false"));
  CHECK_THAT(said("", R"({"model_cfg": {"quick_gelu": true, "vision_cfg": {"width": 80}}})"),
             Contains("quick_gelu: open_clip_config.json"));
  CHECK(said("", R"({"model_cfg": {"vision_cfg": {"timm_model_name": "x", "width": 80}}})").empty());
  CHECK(said("", R"({"model_cfg": {"vision_cfg": {}}})").empty());  // of width 768
}

TEST_CASE("a configuration of another model, or that is none, says nothing", "[weights]") {
  CHECK(said("").empty());
  for (const char* text : {"{\"hidden_act\": ", "[1]", "null", "", R"({"hidden_size": 768, "hidden_act": "gelu"})",
                           R"({"hidden_size": "80", "hidden_act": "gelu"})"})
    CHECK(said(text).empty());
  CHECK(said("{\"hidden_act\": \"gelu\", \"x\": \"" + std::string(2 << 20, 'x') + "\"}").empty());
}

TEST_CASE("contradictions and activations that are not computed are refused with what to set", "[weights]") {
  CHECK_THROWS_WITH(said(R"({"hidden_act": "quick_gelu"})", R"({"model_cfg": {"vision_cfg": {"width": 80}}})"),
                    Contains("w.safetensors") && Contains("hidden_act=quick_gelu") && Contains("quick_gelu=false") &&
                        Contains("weights.activation"));
  for (const char* text : {R"({"hidden_act": "gelu_new"})", R"({"hidden_act": 3})"})
    CHECK_THROWS_WITH(said(text), Contains("config.json: hidden_act=") && Contains("weights.activation"));
}

TEST_CASE("mean and std of images are read from OpenCLIP's and Hugging Face's configurations", "[weights]") {
  const std::string half = R"({"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]})",
                    halves = R"({"image_mean": [0.5, 0.5, 0.5], "image_std": 0.5})";
  CHECK(images_said({open_clip_of(80, half)}) == "open_clip_config.json: 0.5 0.5 0.5, 0.5 0.5 0.5");
  CHECK(images_said({{"preprocessor_config.json", halves}}) == "preprocessor_config.json: 0.5 0.5 0.5, 0.5 0.5 0.5");
  CHECK(images_said({{"processor_config.json", R"({"image_processor": )" + halves + "}"}}) ==
        "processor_config.json: 0.5 0.5 0.5, 0.5 0.5 0.5");
  CHECK(images_said({{"preprocessor_config.json", halves}, open_clip_of(80, half)}).starts_with("preprocessor"));
  CHECK(images_said({open_clip_of(80, R"({"mean": 0.25, "std": null})")}) ==
        "open_clip_config.json: 0.25 0.25 0.25, 0.4 0.5 0.6");
  CHECK(images_said({{"preprocessor_config.json", R"({"do_normalize": false, "image_mean": 0.5})"}}) ==
        "preprocessor_config.json: 0 0 0, 1 1 1");
  CHECK(images_said({{"config.json", R"({"num_features": 80, "pretrained_cfg": )" + half + "}"}}) ==
        "config.json: 0.5 0.5 0.5, 0.5 0.5 0.5");
  CHECK(images_said({{"config.json", R"({"num_features": 768, "pretrained_cfg": )" + half + "}"}}).empty());
  CHECK(images_said({}).empty());
  CHECK(images_said({open_clip_of(80, R"({"size": 224})")}).empty());
  CHECK(images_said({open_clip_of(768, half)}).empty());
  CHECK(images_said({{"preprocessor_config.json", "{\"image_mean\": "}}).empty());
  CHECK(images_said({{"config.json", R"({"hidden_size": 768})"}, {"preprocessor_config.json", halves}}).empty());
}

TEST_CASE("normalisations that contradict each other or are none are refused with the file", "[weights]") {
  CHECK_THROWS_WITH(images_said({{"preprocessor_config.json", R"({"image_mean": 0.5, "image_std": 0.5})"},
                                 open_clip_of(80, R"({"mean": 0.4, "std": 0.5})")}),
                    Contains("w.safetensors") && Contains("preprocessor_config.json and open_clip_config.json") &&
                        Contains("different normalisations"));
  for (const char* mean : {"[0.5, 0.5]", "\"half\"", "[0.5, 0.5, null]", "[1, 1, [1]]"})
    CHECK_THROWS_WITH(images_said({open_clip_of(80, fmt::format(R"({{"mean": {}}})", mean))}),
                      Contains("open_clip_config.json: mean is ") && Contains("not three numbers"));
  CHECK_THROWS_WITH(images_said({{"preprocessor_config.json", R"({"image_std": [0.5, 0, 0.5]})"}}),
                    Contains("preprocessor_config.json: image_std is 0, not above 0"));
}
