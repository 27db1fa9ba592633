#include "benchmarks/run/evaluation.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>

#include "benchmarks/run/sample_geometry.h"
#include "core/base/stage_times.h"
#include "core/image/decode.h"
#include "core/metrics/device_ranking.h"
#include "core/metrics/protocol.h"

namespace adrep {
namespace {

void check_finite(const at::Tensor& values, const std::vector<Sample>& samples) {
  const at::Tensor finite = values.reshape({values.size(0), -1}).isfinite().all(1);
  if (finite.all().item<bool>()) return;
  const int64_t first = finite.logical_not().nonzero()[0].item<int64_t>();
  throw_failure("the score of {} is NaN or infinite", samples[static_cast<size_t>(first)].id);
}

/// As it is in its file. Throws InputError where it does not fit its image.
Image stored_mask(const Sample& sample) {
  const ImageFile image = sample.image_file();
  Image mask = decode_mask_of(sample.with_content(*sample.mask), image);
  const ImageSize size = read_image_size(image);
  if (mask.width != size.width || mask.height != size.height)
    throw_input("{}: {} ({})", *sample.mask, mask_size_in_words(mask.width, mask.height, size.width, size.height),
                sample.id);
  return mask;
}

/// Anomalous pixels of a stored mask whose centres the square does not show.
int64_t marks_outside(const Image& mask, const SeenPart& seen, const MaskRule& rule) {
  if (seen.left <= 0 && seen.top <= 0 && seen.right >= mask.width && seen.bottom >= mask.height) return 0;
  int64_t outside = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const bool shown = y + 0.5 >= seen.top && y + 0.5 < seen.bottom && x + 0.5 >= seen.left && x + 0.5 < seen.right;
      outside += !shown && rule.marks(*mask.at(y, x));
    }
  }
  return outside;
}

Image mask_with_facts(const Sample& sample, const Geometry& geometry, const MaskRule& rule, MaskFacts& facts) {
  const Image mask = stored_mask(sample);
  facts = facts_of_mask(mask, rule);
  facts.one_is_black = one_is_black(*sample.mask);
  const auto [width, height] = resized_size(mask, geometry);
  count_lost_regions(marked(mask, rule), width, height, rule.resize, facts);
  return prepared_mask(mask, geometry, rule, facts);
}

/// Height and width of all maps: with tiles those of the largest photograph.
std::array<int64_t, 2> map_size(const std::vector<Content>& contents, const Geometry& geometry) {
  if (geometry.fit != Fit::tiles) return {geometry.crop, geometry.crop};
  std::array<int64_t, 2> largest{};
  for (const Content& content : contents)
    largest = {std::max<int64_t>(largest[0], content.height), std::max<int64_t>(largest[1], content.width)};
  return largest;
}

/// The prepared mask, if any, in a map [height, width] of zeros, and what is not the photograph.
void fill_map(const at::Tensor& map, const Image* mask, const Content& content) {
  const at::Tensor inside =
      map.slice(0, content.top, content.top + content.height).slice(1, content.left, content.left + content.width);
  if (inside.numel() < map.numel()) {
    map.fill_(outside_pixel);
    inside.fill_(0);
  }
  if (!mask) return;
  const at::Tensor prepared =
      at::from_blob(const_cast<uint8_t*>(mask->pixels.data()), {mask->height, mask->width}, at::kByte);
  const bool whole = mask->height == map.size(0) && mask->width == map.size(1);  // padding is in it
  inside.copy_(whole ? prepared.slice(0, content.top, content.top + content.height)
                           .slice(1, content.left, content.left + content.width)
                     : prepared);
}

}  // namespace

std::span<const float> floats(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

Image load_mask(const Sample& sample, const Geometry& geometry, const MaskRule& rule) {
  return preprocess_mask(stored_mask(sample), geometry, rule);
}

Image prepared_mask(const Image& stored, const Geometry& geometry, const MaskRule& rule, MaskFacts& facts) {
  Image result = preprocess_mask(stored, geometry, rule);
  facts.vanished = facts.anomalous > 0 && std::count(result.pixels.begin(), result.pixels.end(), 1) == 0;
  facts.outside = marks_outside(stored, seen_part(stored.width, stored.height, geometry), rule);
  return result;
}

GroundTruth load_ground_truth(const std::vector<Sample>& samples, const Geometry& geometry, const MaskRule& rule,
                              bool numbered) {
  const auto count = static_cast<int64_t>(samples.size());
  const std::vector<Content> contents = contents_of(samples, geometry);
  const auto [height, width] = map_size(contents, geometry);
  GroundTruth truth{std::vector<uint8_t>(samples.size()), std::vector<uint8_t>(samples.size()),
                    at::zeros({count, height, width}, at::kByte)};
  std::vector<MaskFacts> facts(samples.size());
  at::parallel_for(0, count, 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      const Sample& sample = samples[at];
      truth.labels[at] = sample.anomalous;
      truth.has_mask[at] = !sample.anomalous || sample.mask.has_value();
      if (!sample.anomalous || !sample.mask) {
        fill_map(truth.masks[i], nullptr, contents[at]);
        continue;
      }
      const Image mask = mask_with_facts(sample, geometry, rule, facts[at]);
      fill_map(truth.masks[i], &mask, contents[at]);
    }
  });
  truth.without_mask = std::count(truth.has_mask.begin(), truth.has_mask.end(), 0);
  MaskNotes notes(rule, numbered);
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].anomalous || !samples[i].mask) continue;
    truth.outside_crop += facts[i].outside_crop();
    truth.lost_in_resize += facts[i].lost_in_resize();
    notes.add(samples[i].id, facts[i], true);
  }
  truth.notes = notes.lines("it counts as anomalous, and all its pixels as normal");
  return truth;
}

std::vector<std::pair<std::string, Metric>> evaluate(const at::Tensor& maps, const at::Tensor& image_scores,
                                                     const GroundTruth& truth, const std::vector<Sample>& samples,
                                                     const std::string& protocol_name) {
  const StageTime measuring("metrics");
  check_finite(maps, samples);
  check_finite(image_scores, samples);
  // anomalous images without a mask count for image metrics only
  at::Tensor scored = maps, masks = truth.masks;
  if (truth.without_mask > 0) {
    const at::Tensor kept = at::tensor(truth.has_mask, at::kByte).nonzero().flatten();
    scored = maps.index_select(0, kept.to(maps.device()));
    masks = truth.masks.index_select(0, kept);
  }
  std::optional<DeviceRanking> on_device;
  if (!scored.is_cpu()) on_device.emplace(scored, masks);
  const at::Tensor host = scored.cpu().contiguous(), host_scores = image_scores.cpu().contiguous();
  const ScoredPixels pixels{floats(host),
                            {masks.const_data_ptr<uint8_t>(), static_cast<size_t>(masks.numel())},
                            host.size(0),
                            host.size(1),
                            host.size(2)};
  return NamedProtocol(protocol_name)
      .evaluate({pixels, {floats(host_scores), truth.labels}, at::get_num_threads(), on_device ? &*on_device : nullptr})
      .values();
}

}  // namespace adrep
