#include "core/features/extraction.h"

#include "core/base/content_hashes.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/base/parallel.h"
#include "core/base/stage_times.h"
#include "core/features/level_rows.h"
#include "core/image/image_loader.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr int64_t shard_bytes = int64_t{64} << 20;  // what a killed run loses at most

/// SHA-256 of the file, or "" when it cannot be read: decoding then says why.
std::string content_hash(const fs::path& file) {
  try {
    return ContentHashes::instance().sha256_of(file);
  } catch (const InputError&) {
    return "";
  }
}

/// What the cache knows an image by: its content's hash, and one made from it for a tile but the first.
std::string cache_name(const ImageFile& file) {
  return file.tile == 0 ? file.sha256 : sha256_of(fmt::format("{} tile {}", file.sha256, file.tile));
}

/// Gives computed features to the cache in shards of a good size.
class ShardedAppend {
 public:
  ShardedAppend(FeatureSpace* cache, const std::vector<ImageFile>& files, const LevelRows& rows)
      : cache_(cache), files_(files), rows_(rows) {}

  void add(size_t index) {
    if (!cache_) return;
    pending_.push_back(index);
    if (static_cast<int64_t>(pending_.size()) * rows_.row_bytes() >= shard_bytes) flush();
  }

  void flush() {
    std::vector<std::string> images;
    std::vector<size_t> rows;
    for (size_t index : pending_) {
      if (files_[index].sha256.empty()) continue;  // could not be read when the cache was asked
      images.push_back(cache_name(files_[index]));
      rows.push_back(index);
    }
    pending_.clear();
    const StageTime writing("cache");
    if (!rows.empty()) cache_->append(images, rows_.selected(rows));
  }

 private:
  FeatureSpace* cache_;
  const std::vector<ImageFile>& files_;
  const LevelRows& rows_;
  std::vector<size_t> pending_;
};

/// Collects images into batches and puts their features into the rows.
class BatchComputer {
 public:
  BatchComputer(const BackboneSource& backbone, const ExtractionOptions& options, LevelRows& rows,
                ShardedAppend& appended)
      : source_(backbone), options_(options), rows_(rows), appended_(appended) {}

  void add(size_t index, const Image& image) {
    if (!backbone_) {
      backbone_ = &source_();
      backbone_->shapes(options_.geometry.crop,
                        options_.geometry.crop);  // refuses a size that the backbone cannot take
    }
    pending_.push_back(normalised(image, backbone_->info().mean, backbone_->info().std));
    indices_.push_back(index);
    if (static_cast<int64_t>(pending_.size()) == options_.batch) flush();
  }

  void flush() {
    if (pending_.empty()) return;
    while (!backbone_->batch_invariant() && static_cast<int64_t>(pending_.size()) < options_.batch)
      pending_.push_back(pending_.back());
    const Levels levels = [&] {
      const StageTime computing("backbone");
      return backbone_->forward(at::stack(pending_));
    }();
    for (size_t i = 0; i < indices_.size(); ++i) {
      std::vector<at::Tensor> maps;
      for (const at::Tensor& map : levels.maps) maps.push_back(map.select(0, static_cast<int64_t>(i)));
      rows_.put(indices_[i], maps);
    }
    for (size_t index : indices_) appended_.add(index);
    pending_.clear();
    indices_.clear();
  }

 private:
  const BackboneSource& source_;
  const ExtractionOptions& options_;
  LevelRows& rows_;
  ShardedAppend& appended_;
  const Backbone* backbone_ = nullptr;
  std::vector<at::Tensor> pending_;
  std::vector<size_t> indices_;
};

/// Extraction of one list of images.
class Extraction {
 public:
  Extraction(const BackboneSource& backbone, const std::vector<ImageFile>& files, const ExtractionOptions& options)
      : files_(files),
        options_(options),
        have_(files.size(), false),
        rows_(files.size(), options.geometry.crop, options.device, options.room),
        appended_(options.cache, files_, rows_),
        computer_(backbone, options, rows_, appended_) {}

  Extracted run() {
    if (options_.cache) take_cached();
    try {
      compute_missing();
      appended_.flush();
    } catch (...) {
      appended_.flush();  // what was computed is not lost
      throw;
    }
    for (size_t i = 0; i < files_.size(); ++i)
      if (have_[i]) result_.used.push_back(i);
    result_.levels = rows_.move_out(result_.used);
    return std::move(result_);
  }

 private:
  void take_cached() {
    const StageTime reading("cache");
    for_each_index(files_.size(), options_.decode_threads, [&](size_t i) {
      if (files_[i].sha256.empty()) files_[i].sha256 = content_hash(files_[i].path);
    });
    for (size_t i = 0; i < files_.size(); ++i) {
      stop_if_interrupted();
      const auto maps = options_.cache->find(cache_name(files_[i]));
      if (!maps || !rows_.fits(*maps)) continue;
      rows_.put(i, *maps);
      have_[i] = true;
      ++result_.cached;
      report();
    }
  }

  void compute_missing() {
    std::vector<size_t> missing;
    std::vector<ImageFile> files;
    for (size_t i = 0; i < files_.size(); ++i) {
      if (have_[i]) continue;
      missing.push_back(i);
      files.push_back(files_[i]);
    }
    const auto ahead = static_cast<size_t>(2 * options_.batch);
    load_images(files, options_.geometry, options_.decode_threads, ahead, [&](LoadedImage loaded) {
      stop_if_interrupted();
      const size_t index = missing[loaded.index];
      if (loaded.image) {
        computer_.add(index, *loaded.image);
        have_[index] = true;
      } else if (options_.skip_bad) {
        result_.skipped.push_back(loaded.error);
      } else {
        throw InputError(loaded.error);
      }
      report();
      return true;
    });
    computer_.flush();
  }

  void report() {
    ++done_;
    if (options_.progress) options_.progress(done_);
  }

  std::vector<ImageFile> files_;
  const ExtractionOptions& options_;
  std::vector<bool> have_;
  LevelRows rows_;
  ShardedAppend appended_;
  BatchComputer computer_;
  Extracted result_;
  int64_t done_ = 0;
};

}  // namespace

Extracted extract(const BackboneSource& backbone, const std::vector<ImageFile>& files,
                  const ExtractionOptions& options) {
  return Extraction(backbone, files, options).run();
}

}  // namespace adrep
