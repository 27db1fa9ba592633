#include "benchmarks/speed/projector_costs.h"

namespace adrep {
namespace {

constexpr int64_t levels = 4;

struct Printed {
  const char* backbone;
  int64_t channels, tokens, counted_tokens;
  double parameters, flops;  ///< Table 7
};
constexpr Printed table7[] = {{"dinov2_base", 768, 256, 196, 21.3, 137.7},
                              {"dinov2_large", 1024, 256, 256, 37.8, 309.2},
                              {"clip_base", 768, 196, 196, 21.3, 137.7},
                              {"clip_large", 1024, 256, 256, 37.8, 309.2},
                              {"imagebind", 1280, 256, 256, 59, 483.2}};

int64_t elements(const WeightSpecs& specs, const std::string& part = "") {
  int64_t total = 0;
  for (const WeightSpec& spec : specs) {
    if (spec.key.find(part) == std::string::npos) continue;
    int64_t count = 1;
    for (const int64_t side : spec.shape) count *= side;
    total += count;
  }
  return total;
}

/// One image's tokens through one level: a product with each matrix, and attention to N_r references.
double level_multiply_adds(const ProjectorParams& params, int64_t channels, int64_t tokens, int64_t gate) {
  const auto c = static_cast<double>(channels), t = static_cast<double>(tokens),
             references = static_cast<double>(params.references), layers = static_cast<double>(params.layers);
  const double attention = 2 * t * c * c + 2 * references * c * c + 2 * t * references * c;  // q and out, k and v
  return references * c * c + layers * (attention + 8 * t * c * c + static_cast<double>(gate));
}

}  // namespace

std::vector<ProjectorCost> projector_costs(const ProjectorParams& params) {
  std::vector<ProjectorCost> costs;
  for (const Printed& printed : table7) {
    const int64_t c = printed.channels;
    const WeightSpecs one_level = projector_entry(params).weights(params, c);
    const int64_t gate = elements(one_level, ".se.") / params.layers;
    ProjectorCost cost;
    cost.backbone = printed.backbone;
    cost.channels = c, cost.tokens = printed.tokens, cost.counted_tokens = printed.counted_tokens;
    cost.parameters = levels * elements(one_level);
    cost.multiply_adds = levels * level_multiply_adds(params, c, printed.tokens, gate);
    cost.printed_parameters = printed.parameters, cost.printed_flops = printed.flops;
    cost.counted_parameters = levels * (9 * c * c + 6 * c);
    cost.counted_flops = static_cast<double>(levels * 32 * c * c * (256 + 8 * printed.counted_tokens));
    costs.push_back(cost);
  }
  return costs;
}

std::string projector_costs_text(const std::vector<ProjectorCost>& costs, const ProjectorParams& params) {
  std::string text =
      fmt::format("{:<14}{:>9}{:>8}{:>12}{:>14}{:>14}{:>13}{:>15}{:>13}\n", "backbone", "channels", "tokens",
                  "parameters", "as counted", "in Table 7", "FLOPs", "as counted", "in Table 7");
  for (const ProjectorCost& cost : costs)
    text += fmt::format("{:<14}{:>9}{:>8}{:>10.1f} M{:>12.1f} M{:>12.1f} M{:>11.1f} G{:>13.1f} G{:>11.1f} G\n",
                        cost.backbone, cost.channels, cost.tokens, static_cast<double>(cost.parameters) / 1e6,
                        static_cast<double>(cost.counted_parameters) / 1e6, cost.printed_parameters,
                        2 * cost.multiply_adds / 1e9, cost.counted_flops / 1e9, cost.printed_flops);
  return text +
         fmt::format(
             "parameters and FLOPs: all of the four projectors ({} layer{}, {} references each); FLOPs of one image of "
             "224 x 224 pixels, a multiply-add counts as 2.\nas counted: 4·(9·C² + 6·C) parameters and "
             "4·32·C²·(256 + 8·T) FLOPs give Table 7's numbers: the MLP without its gate and the map of the "
             "references, "
             "for 32 images and 256 references, a multiply-add as 1; T is 196 for both Base backbones, although "
             "DINOv2's "
             "has 256 tokens. Attention, the gate and the {} learnable references are not in them.\n",
             params.layers, params.layers == 1 ? "" : "s", params.references, params.references);
}

}  // namespace adrep
