#pragma once
#include "core/backbones/levels.h"

namespace adrep {

/// The features a detector is fitted on: `size()` images, each with the levels of `shapes()`.
/// In memory or mapped from a cache; the same bytes either way.
class FeatureSource {
 public:
  virtual ~FeatureSource() = default;
  virtual int64_t size() const = 0;
  virtual const std::vector<LevelShape>& shapes() const = 0;
  virtual int64_t image_size() const = 0;

  /// Level `level` of images [first, first + count): [count, C, H, W].
  virtual at::Tensor level(int64_t level, int64_t first, int64_t count) const = 0;

  /// All levels of images [first, first + count).
  Levels batch(int64_t first, int64_t count) const;
};

/// Features held in memory: one tensor [N, C, H, W] a level.
class MemoryFeatures final : public FeatureSource {
 public:
  explicit MemoryFeatures(Levels all);
  int64_t size() const override { return all_.batch(); }
  const std::vector<LevelShape>& shapes() const override { return shapes_; }
  int64_t image_size() const override { return all_.image_size; }
  at::Tensor level(int64_t level, int64_t first, int64_t count) const override;

 private:
  Levels all_;
  std::vector<LevelShape> shapes_;
};

/// Some images of a list, in another order; copied when they are asked for, unless they follow each other.
class ChosenFeatures final : public FeatureSource {
 public:
  ChosenFeatures(Levels all, std::vector<int64_t> images) : all_(std::move(all)), images_(std::move(images)) {}
  int64_t size() const override { return static_cast<int64_t>(images_.size()); }
  const std::vector<LevelShape>& shapes() const override { return all_.shapes(); }
  int64_t image_size() const override { return all_.image_size(); }
  at::Tensor level(int64_t level, int64_t first, int64_t count) const override;

 private:
  MemoryFeatures all_;
  std::vector<int64_t> images_;
};

}  // namespace adrep
