#include "support/seeded_backbones.h"

#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>

#include "core/backbones/backbone.h"
#include "core/io/torch_checkpoint_writer.h"
#include "support/golden.h"
#include "support/random_tensors.h"

namespace adrep::test {
namespace {

const TemporaryFolder& folder_of_backbones() {
  static const TemporaryFolder folder;
  return folder;
}

/// Weights [out, in, kernel, kernel] that keep the size of what goes through them.
at::Tensor seeded_kernels(int64_t out, int64_t in, int64_t kernel, uint64_t seed) {
  const double scale = std::sqrt(2.0 / static_cast<double>(in * kernel * kernel));
  return normal_tensor({out, in, kernel, kernel}, seed, scale);
}

std::string write_seeded_backbone() {
  torch::jit::Module module("Net");
  int64_t in = 3;
  for (size_t l = 0; l < seeded_channels.size(); in = seeded_channels[l++]) {
    module.register_parameter(fmt::format("w{}", l), seeded_kernels(seeded_channels[l], in, l == 0 ? 7 : 3, 2 * l + 1),
                              false);
    module.register_parameter(fmt::format("b{}", l), normal_tensor({seeded_channels[l]}, 2 * l + 2, 0.1), false);
  }
  module.define(
      "def forward(self, x):\n"
      "    a = torch.conv2d(x, self.w0, self.b0, [4, 4], [3, 3])\n"
      "    b = torch.conv2d(torch.relu(a), self.w1, self.b1, [2, 2], [1, 1])\n"
      "    c = torch.conv2d(torch.relu(b), self.w2, self.b2, [2, 2], [1, 1])\n"
      "    d = torch.conv2d(torch.relu(c), self.w3, self.b3, [2, 2], [1, 1])\n"
      "    return a, b, c, d\n");
  const std::filesystem::path file = folder_of_backbones() / "net.pt";
  module.save(file.string());
  return "torchscript:" + file.string();
}

/// Adds a convolution and the normalisation after it, which leaves its outputs about as they are.
void add_convolution(TensorMap& weights, const std::string& name, const std::string& norm, int64_t out, int64_t in,
                     int64_t kernel) {
  const uint64_t seed = weights.size();
  weights[name + ".weight"] = seeded_kernels(out, in, kernel, seed + 1);
  weights[norm + ".weight"] = at::ones({out});
  weights[norm + ".bias"] = normal_tensor({out}, seed + 2, 0.1);
  weights[norm + ".running_mean"] = normal_tensor({out}, seed + 3, 0.1);
  weights[norm + ".running_var"] = at::ones({out});
}

/// In the published key names; the architecture's table, written down a second time: the loader refuses any other.
TensorMap efficientnet_weights() {
  struct Stage {
    int64_t repeats, kernel, expansion, channels;
  };
  constexpr Stage stages[] = {{1, 3, 1, 16},  {2, 3, 6, 24},  {2, 5, 6, 40}, {3, 3, 6, 80},
                              {3, 5, 6, 112}, {4, 5, 6, 192}, {1, 3, 6, 320}};
  TensorMap weights;
  int64_t in = 32, block = 0;
  add_convolution(weights, "_conv_stem", "_bn0", in, 3, 3);
  for (const Stage& stage : stages)
    for (int64_t repeat = 0; repeat < stage.repeats; ++repeat, ++block) {
      const std::string name = fmt::format("_blocks.{}.", block);
      const int64_t wide = in * stage.expansion;
      if (stage.expansion > 1) add_convolution(weights, name + "_expand_conv", name + "_bn0", wide, in, 1);
      add_convolution(weights, name + "_depthwise_conv", name + "_bn1", wide, 1, stage.kernel);
      add_convolution(weights, name + "_project_conv", name + "_bn2", stage.channels, wide, 1);
      in = stage.channels;
    }
  return weights;
}

std::filesystem::path write_seeded_efficientnet() {
  const std::filesystem::path file = folder_of_backbones() / find_backbone("efficientnet_lite0").weights_name;
  write_torch_checkpoint(file,
                         {.tensors_key = "state_dict", .tensors = efficientnet_weights(), .numbers = {}, .texts = {}});
  return file;
}

}  // namespace

std::string seeded_backbone() {
  static const std::string name = write_seeded_backbone();
  return name;
}

std::filesystem::path seeded_efficientnet() {
  static const std::filesystem::path file = write_seeded_efficientnet();
  return file;
}

}  // namespace adrep::test
