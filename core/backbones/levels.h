#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace adrep {

/// Channels and grid of one level of a backbone.
struct LevelShape {
  int64_t channels = 0, height = 0, width = 0;
  int64_t positions() const { return height * width; }
  bool operator==(const LevelShape&) const = default;
};

/// What a pass of one image gives and costs.
struct PassSize {
  std::vector<LevelShape> shapes;
  double flops = 0;  ///< multiply-adds ×2
};

/// Features of a batch of images: one tensor [B, C_l, H_l, W_l] a level, float32, shallow to deep.
struct Levels {
  std::vector<at::Tensor> maps;
  int64_t image_size = 224;  ///< side of the square images they came from, and of the score maps made from them
  /// [B, 4] int64 on the CPU: left, top, width and height in pixels of what is not padding; undefined: all of it.
  at::Tensor content{};

  int64_t count() const { return static_cast<int64_t>(maps.size()); }
  int64_t batch() const { return maps.empty() ? 0 : maps.front().size(0); }
  const at::Tensor& operator[](int64_t level) const { return maps[static_cast<size_t>(level)]; }
  Levels to(const at::Device& device) const;
  /// Images first … first + count − 1, on the same memory.
  Levels narrow(int64_t first, int64_t count) const;
  /// These images, in this order, copied.
  Levels select(const std::vector<int64_t>& images) const;
};

}  // namespace adrep
