#include "benchmarks/plan/class_geometry.h"

#include <algorithm>
#include <cmath>

#include "core/image/decode.h"
#include "datasets/published_counts.h"
#include "detectors/detector.h"

namespace adrep {
namespace {

std::string name_of(const Dataset& dataset, const std::string& class_name) {
  return dataset.root().string() + "|" + class_name;
}

/// Whether a class is one of its layout's publisher. MVTec AD's photographs are square: what is not is somebody's own
/// class of the same name, "screw".
bool is_official_class(const Dataset& dataset, const std::string& class_name) {
  const PublishedDataset* published = published_dataset(dataset.layout());
  if (!published || !published->find(class_name)) return false;
  if (dataset.layout() != "mvtec_ad" || dataset.is_absent()) return true;
  try {
    const ClassSplit split = dataset.load(class_name);
    const ImageSize size = split.train.empty() ? ImageSize{} : read_image_size(split.train.front().image_file());
    return size.width == size.height;
  } catch (const InputError&) {
    return true;  // the run says what is wrong with it
  }
}

/// The largest ratio of longer to shorter side of the training images; 1 where none can be read, which the run says.
double largest_aspect_ratio(const Dataset& dataset, const std::string& class_name) {
  double largest = 1;
  try {
    for (const Sample& sample : dataset.load(class_name).train) {
      const ImageSize size = read_image_size(sample.image_file());
      const double longer = std::max(size.width, size.height), shorter = std::min(size.width, size.height);
      largest = std::max(largest, longer / shorter);
    }
  } catch (const InputError&) {
    return largest;
  }
  return largest;
}

/// How image.fit=auto shows a class: as published (crop) for official classes of published data sets, else so that all
/// is seen.
Fit automatic_fit(const Dataset& dataset, const std::string& class_name, bool official) {
  return official ? Fit::crop : whole_photograph_fit(dataset, class_name);
}

}  // namespace

Fit whole_photograph_fit(const Dataset& dataset, const std::string& class_name) {
  const double ratio = largest_aspect_ratio(dataset, class_name);
  if (ratio == 1) return Fit::crop;  // nothing is cut off, and nothing squashed
  return ratio <= squashed_aspect_ratio ? Fit::squash : Fit::pad;
}

int published_resize(const std::string& detector, const std::string& class_name, bool mvtec_ad, int64_t crop) {
  const DetectorEntry& entry = DetectorRegistry::instance().get(detector, "detector");
  const int64_t side = std::max(mvtec_ad ? entry.mvtec_ad_resize : 224, crop);
  const auto scale = entry.mvtec_ad_class_scale.find(class_name);
  const double factor = mvtec_ad && scale != entry.mvtec_ad_class_scale.end() ? scale->second : 1;
  return static_cast<int>(std::lround(static_cast<double>(side) * factor));
}

bool ClassGeometries::is_official(const Dataset& dataset, const std::string& class_name) {
  const std::string name = name_of(dataset, class_name);
  if (!official_.contains(name)) official_[name] = is_official_class(dataset, class_name);
  return official_.at(name);
}

Geometry ClassGeometries::of(const RunSettings& settings, const std::string& detector, const Dataset& dataset,
                             const std::string& class_name) {
  Geometry geometry{static_cast<int>(settings.resize), static_cast<int>(settings.crop)};
  const bool cut = settings.resize != 0 && settings.resize != settings.crop;  // asked for: a cut from a larger image
  if (settings.fit != "auto") {
    geometry.fit = fit_named(settings.fit);
  } else if (!cut) {
    const std::string name = name_of(dataset, class_name);
    if (!automatic_.contains(name))
      automatic_[name] = automatic_fit(dataset, class_name, is_official(dataset, class_name));
    geometry.fit = automatic_.at(name);
  }
  if (geometry.fit == Fit::squash || geometry.fit == Fit::pad) {
    if (cut)
      throw_input("image.resize={}: image.fit={} resizes to image.crop={} at once: leave image.resize out",
                  geometry.resize, settings.fit, geometry.crop);
    geometry.resize = geometry.crop;
  } else if (geometry.resize == 0) {
    geometry.resize = published_resize(
        detector, class_name, dataset.layout() == "mvtec_ad" && is_official(dataset, class_name), settings.crop);
  }
  if (geometry.resize < geometry.crop)
    throw_input("image.resize={} is smaller than image.crop={}: the crop would leave the image", geometry.resize,
                geometry.crop);
  return geometry;
}

int64_t reference_resize(const RunSettings& settings) {
  constexpr int64_t published = 224;
  const int64_t given = settings.references_resize != 0 ? settings.references_resize : settings.resize;
  return given != 0 ? given : published;
}

std::string fit_note(const RunSettings& settings, const Geometry& geometry) {
  if (settings.fit != "auto") return "";
  if (geometry.fit == Fit::squash) return "image.fit=auto squashed the photographs, which are not square";
  if (geometry.fit == Fit::pad) return "image.fit=auto padded the photographs, which are longer than 3:2";
  return "";
}

}  // namespace adrep
