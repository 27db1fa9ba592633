#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

namespace adrep::test {

/// A tensor to be written: normal numbers of this mean and deviation, the same ones for the same name and shape. A
/// deviation of 0 with mean 0 leaves a hole in the file.
struct FileTensor {
  std::string name;
  std::vector<int64_t> shape;
  at::ScalarType type = at::kFloat;
  double mean = 0, deviation = 0;
};
using FileTensors = std::vector<FileTensor>;

/// As torch.save writes a state dict: a zip (with Zip64 records where needed) of data.pkl and one stored file a tensor,
/// the contents at multiples of 64. One tensor is in memory at a time.
void write_torch_zip(const std::filesystem::path& file, const FileTensors& entries);

/// As torch.jit.save writes a module whose submodules are the parts of the names.
void write_torchscript(const std::filesystem::path& file, const FileTensors& entries);

/// A safetensors file.
void write_safetensors_file(const std::filesystem::path& file, const FileTensors& entries);

}  // namespace adrep::test
