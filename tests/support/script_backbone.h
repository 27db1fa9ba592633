#pragma once
#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <string>

#include "support/random_tensors.h"

namespace adrep::test {

/// Writes a TorchScript backbone without weights of one level, the images in cells of 8 x 8 pixels, so that runs need
/// no file of the installation. `before`: what its forward(self, x) does first, for example fail. Returns the name it
/// goes by: "torchscript:FILE".
inline std::string write_script_backbone(const std::filesystem::path& file, const std::string& before = "") {
  torch::jit::Module module("Net");
  module.define("def forward(self, x):\n" + before + "    return torch.avg_pool2d(x, [8, 8])\n");
  module.save(file.string());
  return "torchscript:" + file.string();
}

/// Writes a TorchScript backbone of two levels with seeded weights, of 8 channels on cells of 8 x 8 pixels and 12
/// channels on cells of 16 x 16. Returns the name it goes by.
inline std::string write_seeded_backbone(const std::filesystem::path& file, uint64_t seed = 1) {
  torch::jit::Module module("Net");
  module.register_parameter("first", 0.1 * normal_tensor({8, 3, 8, 8}, seed), false);
  module.register_parameter("second", 0.3 * normal_tensor({12, 8, 2, 2}, seed + 1), false);
  module.define(
      "def forward(self, x):\n"
      "    a = torch.relu(torch.conv2d(x, self.first, None, [8, 8]))\n"
      "    return a, torch.relu(torch.conv2d(a, self.second, None, [2, 2]))\n");
  module.save(file.string());
  return "torchscript:" + file.string();
}

/// For `before`: bright images need more memory than any machine has.
inline const std::string out_of_memory_for_bright_images =
    "    if bool(x.mean() > 1.5):\n        return torch.zeros([1125899906842624])\n";

}  // namespace adrep::test
