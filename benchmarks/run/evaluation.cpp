#include "benchmarks/run/evaluation.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>

#include "core/base/plural.h"
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

}  // namespace

std::span<const float> floats(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

namespace {

Image decode_checked(const Sample& sample) {
  Image mask = decode_mask(sample.with_content(*sample.mask));
  const ImageSize size = read_image_size(sample.image());
  if (mask.width != size.width || mask.height != size.height)
    throw_input("{}: the mask has {}x{} pixels, its image {} has {}x{}", *sample.mask, mask.width, mask.height,
                sample.id, size.width, size.height);
  return mask;
}

/// What of a mask's marks is left at the size of the maps.
struct MarksKept {
  int64_t marked = 0, outside = 0;  ///< pixels of the mask as stored; outside of what the square shows
  bool any_left = false;

  bool outside_crop() const { return marked > 0 && !any_left && outside == marked; }
  bool lost_in_resize() const { return marked > 0 && !any_left && outside < marked; }
};

MarksKept marks_kept(const Image& mask, const Image& prepared, const Geometry& geometry) {
  const SeenPart seen = seen_part(mask.width, mask.height, geometry);
  MarksKept kept;
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) {
      if (*mask.at(y, x) == 0) continue;
      ++kept.marked;
      kept.outside += y + 1 <= seen.top || y >= seen.bottom || x + 1 <= seen.left || x >= seen.right;
    }
  kept.any_left = std::find(prepared.pixels.begin(), prepared.pixels.end(), 1) != prepared.pixels.end();
  return kept;
}

/// Height and width of all maps: with tiles those of the largest photograph.
std::array<int64_t, 2> map_size(const std::vector<Content>& contents, const Geometry& geometry) {
  if (geometry.fit != Fit::tiles) return {geometry.crop, geometry.crop};
  std::array<int64_t, 2> largest{};
  for (const Content& content : contents)
    largest = {std::max<int64_t>(largest[0], content.height), std::max<int64_t>(largest[1], content.width)};
  return largest;
}

/// Where each photograph lies in its map.
std::vector<Content> contents_in_maps(const std::vector<Sample>& samples, const Geometry& geometry) {
  std::vector<Content> contents(samples.size(), content_of(geometry.crop, geometry.crop, geometry));
  if (geometry.fit == Fit::crop || geometry.fit == Fit::squash) return contents;
  at::parallel_for(0, std::ssize(samples), 16, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const ImageSize size = read_image_size(samples[i].image());
      contents[i] = content_of(size.width, size.height, geometry);
    }
  });
  return contents;
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

/// Counts what was lost, and says it.
void add_losses(GroundTruth& truth, const std::vector<MarksKept>& kept) {
  int64_t marked = 0, outside = 0, masks = 0;
  for (const MarksKept& of_image : kept) {
    masks += of_image.marked > 0;
    marked += of_image.marked;
    outside += of_image.outside;
    truth.outside_crop += of_image.outside_crop();
    truth.lost_in_resize += of_image.lost_in_resize();
  }
  for (std::string& line : loss_notes(truth.outside_crop, truth.lost_in_resize, masks, marked, outside))
    truth.notes.push_back(std::move(line));
}

}  // namespace

std::vector<std::string> loss_notes(int64_t outside_crop, int64_t lost_in_resize, int64_t masks, int64_t marked,
                                    int64_t outside) {
  std::vector<std::string> notes;
  const double share = marked > 0 ? 100.0 * static_cast<double>(outside) / static_cast<double>(marked) : 0;
  if (outside_crop > 0 || share >= 5)
    notes.push_back(fmt::format(
        "{} of {} {} outside the crop, with {:.0f} % of all marked pixels: image.fit=squash, pad or tiles shows them",
        outside_crop, counted(masks, "defect"), outside_crop == 1 ? "lies" : "lie", share));
  if (lost_in_resize > 0)
    notes.push_back(fmt::format("{} of {} {} no pixel after the resize: a larger image.crop keeps them", lost_in_resize,
                                counted(masks, "defect"), lost_in_resize == 1 ? "has" : "have"));
  return notes;
}

Image load_mask(const Sample& sample, const Geometry& geometry) {
  return preprocess_mask(decode_checked(sample), geometry);
}

GroundTruth load_ground_truth(const std::vector<Sample>& samples, const Geometry& geometry) {
  const auto count = static_cast<int64_t>(samples.size());
  const std::vector<Content> contents = contents_in_maps(samples, geometry);
  const auto [height, width] = map_size(contents, geometry);
  GroundTruth truth{std::vector<uint8_t>(samples.size()), std::vector<uint8_t>(samples.size()),
                    at::zeros({count, height, width}, at::kByte)};
  std::vector<MarksKept> kept(samples.size());
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
      const Image mask = decode_checked(sample), prepared = preprocess_mask(mask, geometry);
      kept[at] = marks_kept(mask, prepared, geometry);
      fill_map(truth.masks[i], &prepared, contents[at]);
    }
  });
  truth.without_mask = std::count(truth.has_mask.begin(), truth.has_mask.end(), 0);
  add_losses(truth, kept);
  return truth;
}

std::vector<std::pair<std::string, Metric>> evaluate(const at::Tensor& maps, const at::Tensor& image_scores,
                                                     const GroundTruth& truth, const std::vector<Sample>& samples,
                                                     const std::string& protocol_name) {
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
