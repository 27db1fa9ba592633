#pragma once
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

#include "core/io/safetensors.h"
#include "core/io/tensor_parts.h"

namespace adrep::test {

/// A file or folder by its path in the directory of golden files: ADREP_GOLDENS, else shared/goldens beside the source
/// tree. Throws Error, which fails the test, when there is none: ctest knows the label `golden` only where there is a
/// directory.
std::filesystem::path golden_file(const std::string& name);

/// One golden file of tensors.
struct Golden {
  Safetensors data;
  nlohmann::json description;  ///< the metadata's description

  const at::Tensor& operator[](const std::string& name) const { return data.at(name); }
  bool has(const std::string& name) const { return data.tensors.contains(name); }
  /// Those whose names begin with `prefix`, by the rest of the name.
  TensorMap below(const std::string& prefix) const { return tensors_below(data.tensors, prefix); }
};

/// NAME.safetensors of the golden files. Throws as golden_file does.
Golden load_golden(const std::string& name);

/// Largest |difference| divided by the largest |expected| (double); infinite when shapes differ or a value is NaN.
double relative_difference(const at::Tensor& actual, const at::Tensor& expected);

/// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace adrep::test
