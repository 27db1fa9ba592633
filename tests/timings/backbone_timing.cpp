// Every registered backbone on images.safetensors with weights_BACKBONE.safetensors, which peers/timm_backbones.py
// writes.
#include "core/backbones/backbone.h"
#include "timing.h"

namespace adrep::timing {
namespace {

/// The last level's mean magnitude: all layers have run.
Timing of_batch(const std::string& name, int64_t batch) {
  return {fmt::format("{}/batch{}", name, batch), "images", [name, batch](const Safetensors& input) -> Call {
            const BackboneEntry& entry = BackboneRegistry::instance().get(name, "backbone");
            const std::filesystem::path file = input.file.parent_path() / ("weights_" + name + ".safetensors");
            const std::shared_ptr<const Backbone> backbone = entry.load(find_weights(entry, file), {});
            const at::Tensor images = input.at("images").narrow(0, 0, batch).contiguous();
            for (int pass = 0; pass < 2; ++pass) backbone->forward(images);  // packs its weights for this size
            return [=] { return backbone->forward(images).maps.back().abs().mean().item<double>(); };
          }};
}

}  // namespace

void add_backbones() {
  for (const auto& [name, entry] : BackboneRegistry::instance().all())
    if (!entry.weights_name.empty())
      for (const int64_t batch : {1, 8}) add(of_batch(name, batch));
}

}  // namespace adrep::timing
