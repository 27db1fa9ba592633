// The published projectors' forward on four levels of ViT-B/14, batch 8, beside the matrix products in it alone.
#include <ATen/core/grad_mode.h>

#include "core/base/random.h"
#include "core/representation/projector.h"
#include "timing.h"

namespace adrep::timing {
namespace {

constexpr int64_t channels = 768, positions = 256, projector_batch = 8, tokens = projector_batch * positions;

at::Tensor values(at::IntArrayRef shape, uint64_t seed) {
  at::Tensor tensor = at::empty(shape);
  Random random(seed);
  for (int64_t i = 0; i < tensor.numel(); ++i)
    tensor.mutable_data_ptr<float>()[i] = static_cast<float>(random.normal());
  return tensor;
}

Timing forward() {
  return {"projector_forward_batch8", "", [](const Safetensors&) -> Call {
            const ProjectorParams params;
            const TensorMap weights =
                frozen_projector(params, initial_projector(params, std::vector<int64_t>(4, channels), 1), 4);
            const at::Tensor features = values({projector_batch, channels, 16, 16}, 2);
            return [=] {
              const at::NoGradGuard no_grad;
              double mean = 0;
              for (int64_t level = 0; level < 4; ++level)
                mean += project(params, weights, level, features).abs().mean().item<double>();
              return mean;
            };
          }};
}

/// The products of one level: batch, rows, inner, columns; attention has a batch of its heads. Those that make the
/// references' keys and values are not among them: a frozen projector has them.
Timing products() {
  return {"projector_products_batch8", "", [](const Safetensors&) -> Call {
            const ProjectorParams params;
            const int64_t references = params.references, heads = params.heads, width = channels / heads;
            const std::vector<std::array<int64_t, 4>> shapes = {
                {1, tokens, channels, channels},     {heads, tokens, width, references},
                {heads, tokens, references, width},  {1, tokens, channels, channels},
                {1, tokens, channels, 4 * channels}, {1, tokens, 4 * channels, channels}};
            std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
            for (const auto& [b, rows, inner, columns] : shapes)
              pairs.emplace_back(values({b, rows, inner}, 1), values({b, columns, inner}, 2).transpose(1, 2));
            return [=] {
              const at::NoGradGuard no_grad;
              double sum = 0;
              for (int64_t level = 0; level < 4; ++level)
                for (const auto& [a, b] : pairs) {
                  const at::Tensor product = a.size(0) == 1 ? at::mm(a[0], b[0]) : at::bmm(a, b);
                  sum += product.const_data_ptr<float>()[0];
                }
              return sum;
            };
          }};
}

[[maybe_unused]] const bool added_projector[] = {add(forward()), add(products())};

}  // namespace
}  // namespace adrep::timing
