#include "benchmarks/run/class_features.h"

#include <ATen/Parallel.h>

#include <numeric>

#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/plan/pass_size.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/run/sample_geometry.h"
#include "core/base/device.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/stage_times.h"
#include "core/representation/pretrained.h"

namespace adrep {
namespace {

/// The files of all samples, or all tiles of each; one of what cannot be read, which decoding then says.
std::vector<ImageFile> files_of(const std::vector<Sample>& samples, const Geometry& geometry) {
  std::vector<ImageFile> files;
  for (const Sample& sample : samples) {
    files.push_back(sample.image_file());
    if (geometry.fit != Fit::tiles) continue;
    const auto tiles = static_cast<int>(tiles_of(sample, geometry).count());
    for (int tile = 1; tile < tiles; ++tile) {
      files.push_back(files.back());
      files.back().tile = tile;
    }
  }
  return files;
}

/// Where the rows of each image begin, and where the last one's end.
ReferenceBanks::RowStarts row_starts(size_t images, const std::vector<TileGrid>& tiles) {
  ReferenceBanks::RowStarts starts{0};
  for (size_t i = 0; i < images; ++i) starts.push_back(starts.back() + (tiles.empty() ? 1 : tiles[i].count()));
  return starts;
}

}  // namespace

ClassFeatures::ClassFeatures(const PlannedGroup& group, const ClassSplit& split, BackboneSource backbone,
                             FeatureStores stores, Parts parts)
    : group_(group), reading_(split.reading()), backbone_(std::move(backbone)), cache_(stores.cache) {
  const int64_t images = parts == Parts::train ? std::max<int64_t>(stores.images, std::ssize(split.train))
                                               : std::ssize(split.train) + std::ssize(split.test);
  const bool raw_alone = std::all_of(group.cells.begin(), group.cells.end(),
                                     [](const PlannedCell& cell) { return cell.features == "raw"; });
  // tiles are counted by their number in a typical photograph: the first
  const int64_t rows = group.geometry.fit == Fit::tiles ? tiles_of(split.train.front(), group.geometry).count() : 1;
  room_ = {stores.spill, images * rows * (raw_alone ? 1 : 2), features_memory(group.config->settings)};
  raw_.train = read(split.train, group.class_name + ": features of training images", train_, train_tiles_);
  if (train_.empty())
    throw_input("class {}: none of its {} training images could be read", group.class_name, split.train.size());
  if (parts == Parts::train) return;
  raw_.test = read(split.test, group.class_name + ": features of test images", test_, test_tiles_);
  if (test_.empty()) throw_input("class {}: it has no readable test images", group.class_name);
}

ExtractionOptions ClassFeatures::options_for(const RunSettings& settings, const Geometry& geometry) const {
  return {.geometry = geometry,
          .batch = images_a_pass(settings),
          .decode_threads = at::get_num_threads(),
          .progress = {},
          .cache = cache_ ? cache_->space(feature_key(settings, geometry, reading_)) : nullptr,
          .device = open_device(settings.device),
          .room = room_};
}

Extracted ClassFeatures::extract_images(const BackboneSource& backbone, const std::vector<ImageFile>& files,
                                        const ExtractionOptions& options) {
  Extracted extracted = extract(backbone, files, options);
  cached_ += extracted.cached;
  computed_ += static_cast<int64_t>(extracted.used.size()) - extracted.cached;
  return extracted;
}

Levels ClassFeatures::read(const std::vector<Sample>& samples, const std::string& stage, std::vector<Sample>& used,
                           std::vector<TileGrid>& tiles) {
  const Geometry& geometry = group_.geometry;
  const std::vector<ImageFile> files = files_of(samples, geometry);
  Progress progress(stage, std::ssize(files), geometry.fit == Fit::tiles ? "tiles" : "images");
  ExtractionOptions options = options_for(group_.config->settings, geometry);
  options.skip_bad = group_.config->settings.on_bad_image == "skip";
  options.progress = [&](int64_t done) { progress.update(done); };
  Extracted extracted = extract_images(backbone_, files, options);
  log_detail(fmt::format("{}: {} of {} from the cache", stage, extracted.cached, extracted.used.size()));
  for (const std::string& line : extracted.skipped) log_warning("skipped: " + line);
  size_t file = 0, next = 0;  // the sample's first file, and the next that was read
  for (const Sample& sample : samples) {
    const bool readable = next < extracted.used.size() && extracted.used[next] == file;
    size_t count = 1;
    while (file + count < files.size() && files[file + count].tile > 0) ++count;
    file += count;
    if (readable) {
      next += count;
      used.push_back(sample);
      if (geometry.fit == Fit::tiles) tiles.push_back(tiles_of(sample, geometry));
    } else {
      skipped_.push_back(sample.id);
    }
  }
  if (geometry.fit == Fit::pad) extracted.levels.content = content_tensor(contents_of(used, geometry));
  return std::move(extracted.levels);
}

at::Tensor ClassFeatures::first_stage(const BackboneSource& source, const std::vector<Sample>& samples,
                                      const std::string& stage) {
  const RunSettings settings = aligned_backbone_settings(group_.config->settings);
  Progress progress(group_.class_name + ": " + settings.backbone + "'s features of " + stage, std::ssize(samples),
                    "images");
  ExtractionOptions options = options_for(settings, group_.geometry);
  options.progress = [&](int64_t done) { progress.update(done); };
  return extract_images(source, files_of(samples, group_.geometry), options).levels[0];
}

ReferenceBanks ClassFeatures::make_banks() {
  const RunSettings& settings = group_.config->settings;
  ReferenceCandidates candidates{group_.class_name, train_, test_, raw_.train};
  if (settings.references_select == "aligned") {
    const bool own = settings.aligned_backbone == settings.backbone;
    const BackboneSource source = backbone_on_demand(aligned_backbone_settings(settings));
    candidates.train_stage = own ? raw_.train[0] : first_stage(source, train_, "training images");
    if (!test_.empty()) candidates.test_stage = own ? raw_.test[0] : first_stage(source, test_, "test images");
  }
  const ReferenceBanks::RowStarts train_rows = row_starts(train_.size(), train_tiles_);
  ReferenceChoice choice = choose_references(settings, candidates);
  const ReferenceChoice::Places used = choice.used();
  Geometry geometry = group_.geometry;
  if (geometry.fit == Fit::crop)
    geometry.resize = static_cast<int>(std::max(reference_resize(settings), settings.crop));
  std::vector<int64_t> rows;
  Levels levels = raw_.train;
  if (geometry == group_.geometry) {
    for (size_t place : used)
      for (int64_t row = train_rows[place]; row < train_rows[place + 1]; ++row) rows.push_back(row);
  } else {
    std::vector<Sample> samples;
    for (size_t place : used) samples.push_back(train_[place]);
    levels = extract_images(backbone_, files_of(samples, geometry), options_for(settings, geometry)).levels;
    rows.resize(static_cast<size_t>(levels.batch()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
  }
  return {std::move(choice),
          ChosenFeatures(std::move(levels), std::move(rows)),
          train_,
          train_rows,
          row_starts(test_.size(), test_tiles_),
          static_cast<uint64_t>(settings.references_seed),
          room_};
}

std::unique_ptr<Representation> ClassFeatures::make_representation(const std::string& features) const {
  const RunSettings& settings = group_.config->settings;
  const MatchOptions options{.memory_bytes = working_memory(settings, bytes_held()),
                             .faiss = settings.references_index == "faiss_flat"};
  return adrep::make_representation(features, banks_->shared(), match_of(settings.match),
                                    features == "pretrained" ? &projector_of(settings) : nullptr,
                                    open_device(settings.device), options);
}

int64_t ClassFeatures::bytes_held() const {
  int64_t bytes = 0;
  for (const Pair* pair : {&raw_, &derived_}) bytes += bytes_in_memory(pair->train) + bytes_in_memory(pair->test);
  return bytes;
}

const ClassFeatures::Pair& ClassFeatures::in(const std::string& features) {
  if (features == "raw") return raw_;
  if (derived_name_ != features) {
    derived_ = {};
    derived_name_.clear();  // until all of it is there
    if (!banks_) banks_ = make_banks();
    derived_by_ = make_representation(features);
    const int64_t batch = images_a_pass(group_.config->settings);
    const std::string stage = group_.class_name + ": " + features + " features of ";
    using Part = ReferenceBanks::Part;
    derived_.train =
        banks_->represented(*derived_by_, raw_.train, Part::train, stage + "training images", batch, room_);
    if (!test_.empty())
      derived_.test = banks_->represented(*derived_by_, raw_.test, Part::test, stage + "test images", batch, room_);
    derived_name_ = features;
  }
  return derived_;
}

Levels ClassFeatures::represent(const std::string& features, const Levels& raw) const {
  if (features == "raw") return raw;
  ADREP_ASSERT(features == derived_name_, "{} features are not the last ones", features);
  if (!banks_->choice().train.empty())
    throw_input(
        "features={}: a changed training image has no references of its own: use references.select=random, kmeans or a "
        "list of common ones, and references.exclude_self=no",
        features);
  const StageTime representing("represent");
  return derived_by_->apply(raw);
}

}  // namespace adrep
