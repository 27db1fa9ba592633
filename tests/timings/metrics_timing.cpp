#include "core/metrics/aupro.h"
#include "core/metrics/average_precision.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/pro_protocols.h"
#include "core/metrics/roc.h"
#include "timing.h"

namespace adrep::timing {
namespace {

/// A case that evaluates the maps and masks of a file.
template <class Evaluate>
Timing of_pixels(std::string name, Evaluate evaluate) {
  return {std::move(name), "metrics", [evaluate](const Safetensors& input) -> Call {
            const at::Tensor maps = input.at("maps").contiguous(), masks = input.at("masks").contiguous();
            return [=] {
              const ScoredPixels pixels{{maps.const_data_ptr<float>(), static_cast<size_t>(maps.numel())},
                                        {masks.const_data_ptr<uint8_t>(), static_cast<size_t>(masks.numel())},
                                        maps.size(0),
                                        maps.size(1),
                                        maps.size(2)};
              return evaluate(pixels).value;
            };
          }};
}

Call image_auroc(const Safetensors& input) {
  const at::Tensor scores = input.at("image_scores").contiguous(), labels = input.at("image_labels").contiguous();
  return [=] {
    return auroc({{scores.const_data_ptr<float>(), static_cast<size_t>(scores.numel())},
                  {labels.const_data_ptr<uint8_t>(), static_cast<size_t>(labels.numel())}})
        .value;
  };
}

[[maybe_unused]] const bool added_metrics[] = {
    add({"image_auroc", "metrics", image_auroc}),
    add(of_pixels("pixel_auroc", [](const ScoredPixels& pixels) { return pixel_auroc(pixels, threads()); })),
    add(of_pixels("pixel_ap", [](const ScoredPixels& pixels) { return pixel_average_precision(pixels, threads()); })),
    add(of_pixels("aupro", [](const ScoredPixels& pixels) { return aupro_exact(pixels, 0.3, threads()); })),
    add(of_pixels("aupro_paper", [](const ScoredPixels& pixels) { return pro_by(pixels, paper_rule(), threads()); })),
    add(of_pixels("all_pixel_metrics",
                  [](const ScoredPixels& pixels) {
                    return exact_pixel_metrics(pixels, {0.3, 0.05, 1}, threads()).aupro[0];
                  })),
};

}  // namespace
}  // namespace adrep::timing
