#include "core/backbones/config_beside.h"

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
