#pragma once
#include <ATen/ATen.h>

#include <string>
#include <vector>

namespace adrep {

/// What a backbone computes in. Its levels are float32 whatever it computes in.
enum class Precision { fp32, bf16, fp16 };

/// What a user may ask for: fp32, bf16, fp16 and auto.
std::vector<std::string> precision_names();

/// The precision of this name; auto is the fastest on this device (below).
Precision resolve_precision(const std::string& name, const at::Device& device);

std::string precision_name(Precision precision);
at::ScalarType scalar_type(Precision precision);

/// Times a transformer's matrix product (1028 × 768 by 768 × 3072, the MLP of ViT-B for four images) in each type and
/// returns the fastest; fp32 unless another is 1.2 times faster, since only fp32 gives the reference's features. A
/// device is timed once a process, so that all results of a run are computed alike.
Precision fastest_precision(const at::Device& device);

}  // namespace adrep
