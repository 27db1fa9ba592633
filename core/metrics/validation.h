#pragma once
#include <optional>

#include "core/metrics/metric.h"

namespace adrep {

/// The first image with a NaN or infinite score, so that the caller can name its file.
std::optional<int64_t> first_non_finite(const ScoredPixels& pixels);
std::optional<int64_t> first_non_finite(const ScoredImages& images);

/// Throws InputError when there is such an image.
void refuse_non_finite(std::optional<int64_t> image);

/// Throws InputError when scores and masks (or labels) do not have the stated size, or a score is NaN or infinite.
/// The message gives the image's index.
void check(const ScoredPixels& pixels);
void check(const ScoredImages& images);

/// The sizes only, for callers that look at every score anyway.
void check_sizes(const ScoredPixels& pixels);

}  // namespace adrep
