#pragma once
#include "core/representation/residual.h"

namespace adrep {

/// Residuals of the references themselves, which cross-attention projectors attend to. The paper says only that
/// "normal reference features" are converted "into residual features" (Sec. 4.3). Here every reference image is treated
/// as a normal query image would be: its features are matched with the other references', never with its own. A single
/// reference has no others: each of its features is then matched with the rest of the same image. Of an image that is
/// there twice (the published code draws with replacement in pretraining) the residuals are zero.
/// bank [R·P, C], rows in the order (image, position), of `images` = R images -> [R·P, C].
/// Throws Error when the rows do not divide among the images.
at::Tensor reference_residuals(const at::Tensor& bank, int64_t images, Match match, const MatchOptions& options = {});

}  // namespace adrep
