#include "core/features/extraction.h"

#include "core/base/interrupt.h"
#include "core/image/image_loader.h"

namespace adrep {
namespace {

/// Collects images into batches and batches into one preallocated tensor a level.
class LevelWriter {
 public:
  LevelWriter(const Backbone& backbone, int64_t images, const ExtractionOptions& options)
      : backbone_(backbone),
        options_(options),
        shapes_(backbone.shapes(options.geometry.crop, options.geometry.crop)),
        capacity_(images) {}

  void add(const Image& image) {
    pending_.push_back(normalised(image, backbone_.info().mean, backbone_.info().std));
    if (static_cast<int64_t>(pending_.size()) == options_.batch) flush();
  }

  Levels finish() {
    flush();
    Levels levels{{}, options_.geometry.crop};
    for (size_t l = 0; l < shapes_.size(); ++l)
      levels.maps.push_back(written_ > 0 ? maps_[l].narrow(0, 0, written_)
                                         : at::empty({0, shapes_[l].channels, shapes_[l].height, shapes_[l].width}));
    return levels;
  }

 private:
  void flush() {
    if (pending_.empty()) return;
    const Levels levels = backbone_.forward(at::stack(pending_));
    const int64_t count = levels.batch();
    for (size_t l = 0; l < shapes_.size(); ++l) {
      const at::Tensor& map = levels.maps[l];
      if (maps_.size() <= l)
        maps_.push_back(at::empty({capacity_, map.size(1), map.size(2), map.size(3)}, map.options()));
      maps_[l].narrow(0, written_, count).copy_(map);
    }
    written_ += count;
    pending_.clear();
  }

  const Backbone& backbone_;
  const ExtractionOptions& options_;
  std::vector<LevelShape> shapes_;
  int64_t capacity_, written_ = 0;
  std::vector<at::Tensor> pending_, maps_;
};

}  // namespace

Extracted extract(const Backbone& backbone, const std::vector<std::filesystem::path>& files,
                  const ExtractionOptions& options) {
  Extracted result;
  LevelWriter writer(backbone, static_cast<int64_t>(files.size()), options);
  const auto ahead = static_cast<size_t>(2 * options.batch);
  load_images(files, options.geometry, options.decode_threads, ahead, [&](LoadedImage loaded) {
    stop_if_interrupted();
    if (loaded.image) {
      writer.add(*loaded.image);
      result.used.push_back(loaded.index);
    } else if (options.skip_bad) {
      result.skipped.push_back(loaded.error);
    } else {
      throw InputError(loaded.error);
    }
    if (options.progress) options.progress(static_cast<int64_t>(loaded.index) + 1);
    return true;
  });
  result.levels = writer.finish();
  return result;
}

}  // namespace adrep
