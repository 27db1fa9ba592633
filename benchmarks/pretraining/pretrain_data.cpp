#include "benchmarks/pretraining/pretrain_data.h"

#include <cstring>

#include "benchmarks/plan/plan.h"
#include "benchmarks/plan/run_checks.h"
#include "benchmarks/run/evaluation.h"
#include "core/image/decode.h"
#include "datasets/fingerprint.h"
#include "datasets/reading/reading_dataset.h"

namespace adrep {
namespace {

/// The group of every view of a class: "" is the only view of most data sets.
using GroupOfView = std::map<std::string, size_t>;

void add_image(PretrainData& data, const Sample& sample, const std::string& class_name, GroupOfView& groups) {
  const auto [place, added] = groups.emplace(sample.view, data.normals.size());
  if (added) {
    data.normals.emplace_back();
    data.group_names.push_back(class_name + (sample.view.empty() ? "" : ", view " + sample.view));
  }
  if (!sample.anomalous) data.normals[place->second].push_back(data.images.size());
  data.images.push_back(sample);
  data.group_of.push_back(place->second);
}

/// Adds a class; returns how many of its anomalous images have no mask.
int64_t add_class(PretrainData& data, const Dataset& dataset, const std::string& name) {
  ClassSplit split = dataset.load(name);
  for (const std::string& note : split.data_notes) data.notes.push_back(fmt::format("class {}: {}", name, note));
  const Fingerprints prints = fingerprints(split);
  split.expect(prints.files);
  data.classes.push_back({dataset.layout(), name, prints.data});
  const size_t first_group = data.normals.size();
  GroupOfView groups;
  int64_t without_mask = 0;
  for (const auto* part : {&split.train, &split.test}) {
    for (const Sample& sample : *part) {
      if (sample.anomalous && !sample.mask)
        ++without_mask;
      else
        add_image(data, sample, name, groups);
    }
  }
  for (size_t group = first_group; group < data.normals.size(); ++group)
    if (data.normals[group].empty())
      throw_input("class {}: no normal image to take references from", data.group_names[group]);
  return without_mask;
}

}  // namespace

std::vector<size_t> PretrainData::normal_images() const {
  std::vector<size_t> indices;
  for (size_t i = 0; i < images.size(); ++i)
    if (!images[i].anomalous) indices.push_back(i);
  return indices;
}

PretrainData open_pretrain_data(const PretrainSettings& settings) {
  const auto dataset = with_reading(open_dataset(find_data(settings.data), settings.layout), settings);
  refuse_output_inside(dataset->root(), settings.output);
  PretrainData data;
  int64_t without_mask = 0;
  for (const std::string& name : chosen_classes(settings.classes, *dataset))
    without_mask += add_class(data, *dataset, name);
  if (without_mask > 0)
    data.notes.push_back(fmt::format("{} anomalous images without a mask are left out", without_mask));
  if (data.normal_images().size() == data.images.size())
    throw_input("{}: pretraining needs anomalous images with masks, and there are none", dataset->root().string());
  return data;
}

LoadedSample load_sample(const Sample& sample, const Geometry& geometry, const MaskRule& rule) {
  LoadedSample loaded{preprocess_image(decode_rgb(sample.image_file()), geometry),
                      at::zeros({1, geometry.crop, geometry.crop}, at::kByte)};
  if (sample.anomalous && sample.mask) {
    const Image mask = load_mask(sample, geometry, rule);
    std::memcpy(loaded.mask.mutable_data_ptr(), mask.pixels.data(), mask.pixels.size());
  }
  return loaded;
}

}  // namespace adrep
