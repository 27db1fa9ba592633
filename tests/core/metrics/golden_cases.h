#pragma once
#include "core/metrics/metric.h"
#include "score_maps.h"
#include "support/golden.h"

namespace adrep::test {

/// Names of the cases in a golden file: what stands before "/maps", only those that start with `prefix`.
inline std::vector<std::string> metric_cases(const Golden& golden, const std::string& prefix) {
  std::vector<std::string> cases;
  for (const auto& [name, tensor] : golden.data.tensors)
    if (name.starts_with(prefix) && name.ends_with("/maps")) cases.push_back(name.substr(0, name.size() - 5));
  return cases;
}

template <class T>
std::vector<T> values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(c10::CppTypeToScalarType<T>::value).contiguous();
  return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

inline ScoreMaps golden_maps(const Golden& golden, const std::string& name) {
  const at::Tensor& maps = golden[name + "/maps"];
  return {maps.size(0), maps.size(1), maps.size(2), values<float>(maps), values<uint8_t>(golden[name + "/masks"])};
}

/// Checks one metric against expected64/CASE/NAME; the metric must be undefined where the file has no such value.
inline void check_metric(const Golden& golden, const std::string& name, const std::string& key, const Metric& actual,
                         double tolerance) {
  INFO(name << "/" << key << " " << actual.undefined);
  const std::string expected = "expected64/" + name + "/" + key;
  REQUIRE(actual.defined() == golden.has(expected));
  if (golden.has(expected)) CHECK(std::abs(actual.value - golden[expected].item<double>()) <= tolerance);
}

}  // namespace adrep::test
