#include "core/features/cache/feature_key.h"

#include <ATen/Version.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <set>

#include "core/base/hash.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// The value of the first line "NAME : VALUE" of a file of /proc, or "".
std::string first_field(const fs::path& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const size_t colon = line.find(':');
    if (!line.starts_with(name) || colon == std::string::npos) continue;
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

/// The models of NVIDIA's GPUs as their driver names them; "" where there is none.
std::string gpu_models() {
  std::set<std::string> models;
  std::error_code none;
  for (const auto& gpu : fs::directory_iterator("/proc/driver/nvidia/gpus", none))
    models.insert(first_field(gpu.path() / "information", "Model"));
  return fmt::format("{}", fmt::join(models, ", "));
}

/// What tells oneDNN and MKL to use fewer instructions than there are, which changes the last bits; "" where nothing
/// does. (LibTorch's own limit shows in its capability.)
std::string instruction_limits() {
  static const std::string usual = "AUTO";  // of MKL_CBWR, which adrep sets itself
  std::string limits;
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR"})
    if (const char* value = std::getenv(name); value && value != usual) limits += fmt::format(" {}={}", name, value);
  return limits;
}

}  // namespace

std::string FeatureKey::text() const {
  nlohmann::ordered_json key = {{"feature_version", version},
                                {"backbone", backbone},
                                {"weights_sha256", weights_sha256},
                                {"resize", geometry.resize},
                                {"crop", geometry.crop},
                                {"mean", mean},
                                {"std", std},
                                {"precision", precision},
                                {"device", device},
                                {"processor", processor},
                                {"libtorch", libtorch},
                                {"batch", batch},
                                {"threads", threads}};
  if (geometry.fit != Fit::crop) key["fit"] = fit_name(geometry.fit);
  if (!told.empty()) key["told"] = told;
  if (!reading.empty()) key["reading"] = reading;
  return key.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string FeatureKey::hash() const {
  return sha256_of(text());
}

std::string processor_of(const std::string& device_kind) {
  static const std::string cpu = fmt::format("{} {}{}", first_field("/proc/cpuinfo", "model name"),
                                             at::get_cpu_capability(), instruction_limits());
  static const std::string gpu = gpu_models();
  return device_kind == "cpu" ? cpu : gpu;
}

}  // namespace adrep
