#include "core/image/image_loader.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/image/tiles.h"

namespace adrep {
namespace {

/// The image or why not; only a failure that is not the file's fault is thrown.
LoadedImage load_image(size_t index, const ImageFile& file, const Geometry& geometry) {
  LoadedImage loaded{.index = index};
  std::optional<Image> decoded;
  try {
    decoded = decode_rgb(file);
  } catch (const InputError& error) {
    loaded.error = error.what();
    return loaded;
  }
  try {
    loaded.image = geometry.fit == Fit::tiles ? preprocess_tile(*decoded, geometry, file.tile)
                                              : preprocess_image(*decoded, geometry);
    loaded.width = decoded->width, loaded.height = decoded->height;
    loaded.content = content_of(decoded->width, decoded->height, geometry);
  } catch (const InputError& error) {
    loaded.error = fmt::format("{}: {}", file.path.string(), error.what());
  }
  return loaded;
}

/// Threads that load the files in order into a ring of `ahead` places, which the consumer empties in order.
class Pipeline {
 public:
  Pipeline(const std::vector<ImageFile>& files, const Geometry& geometry, size_t threads, size_t ahead)
      : files_(files), geometry_(geometry), ring_(ahead) {
    try {
      for (size_t i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
    } catch (...) {
      stop();
      throw;
    }
  }
  ~Pipeline() { stop(); }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// The next image; waits until it is loaded.
  LoadedImage next_image() {
    std::unique_lock lock(mutex_);
    Place& place = ring_[taken_ % ring_.size()];
    loaded_.wait(lock, [&] { return place.image || place.failure; });
    if (place.failure) std::rethrow_exception(place.failure);
    LoadedImage image = std::move(*place.image);
    place.image.reset();
    ++taken_;
    lock.unlock();
    freed_.notify_one();
    return image;
  }

 private:
  struct Place {
    std::optional<LoadedImage> image;
    std::exception_ptr failure;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      freed_.wait(lock, [&] { return stopped_ || started_ < std::min(files_.size(), taken_ + ring_.size()); });
      if (stopped_) return;
      const size_t index = started_++;
      lock.unlock();
      Place done;
      try {
        done.image = load_image(index, files_[index], geometry_);
      } catch (...) {
        done.failure = std::current_exception();
      }
      lock.lock();
      ring_[index % ring_.size()] = std::move(done);
      loaded_.notify_one();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    freed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  const std::vector<ImageFile>& files_;
  const Geometry geometry_;
  std::mutex mutex_;
  std::condition_variable loaded_, freed_;
  std::vector<Place> ring_;  ///< file i at i modulo its size; guarded by mutex_, like the three below
  size_t started_ = 0, taken_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace

void load_images(const std::vector<ImageFile>& files, const Geometry& geometry, int threads, size_t ahead,
                 const std::function<bool(LoadedImage)>& consume) {
  if (files.empty()) return;
  if (files.size() == 1) {  // nothing to do beside it
    consume(load_image(0, files.front(), geometry));
    return;
  }
  const size_t places = std::clamp<size_t>(ahead, 1, files.size());
  const size_t workers = std::clamp<size_t>(static_cast<size_t>(std::max(threads, 1)), 1, places);
  Pipeline pipeline(files, geometry, workers, places);
  for (size_t i = 0; i < files.size(); ++i) {
    if (!consume(pipeline.next_image())) return;
  }
}

}  // namespace adrep
