#include "benchmarks/run/evaluation.h"

#include <ATen/Parallel.h>

#include <cstring>

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

Image load_mask(const Sample& sample, const Geometry& geometry) {
  const ImageFile image = sample.image_file();
  const Image mask = decode_mask_of(sample.with_content(*sample.mask), image);
  const ImageSize size = read_image_size(image);
  if (mask.width != size.width || mask.height != size.height)
    throw_input("{}: the mask has {}x{} pixels, its image {} has {}x{}", *sample.mask, mask.width, mask.height,
                sample.id, size.width, size.height);
  return preprocess_mask(mask, geometry);
}

GroundTruth load_ground_truth(const std::vector<Sample>& samples, const Geometry& geometry) {
  const auto count = static_cast<int64_t>(samples.size());
  const int64_t side = geometry.crop, pixels = side * side;
  GroundTruth truth{std::vector<uint8_t>(samples.size()), std::vector<uint8_t>(samples.size()),
                    at::zeros({count, side, side}, at::kByte), 0};
  uint8_t* masks = truth.masks.data_ptr<uint8_t>();
  at::parallel_for(0, count, 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Sample& sample = samples[static_cast<size_t>(i)];
      truth.labels[static_cast<size_t>(i)] = sample.anomalous;
      truth.has_mask[static_cast<size_t>(i)] = !sample.anomalous || sample.mask.has_value();
      if (!sample.anomalous || !sample.mask) continue;
      std::memcpy(masks + i * pixels, load_mask(sample, geometry).pixels.data(), static_cast<size_t>(pixels));
    }
  });
  truth.without_mask = std::count(truth.has_mask.begin(), truth.has_mask.end(), 0);
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
