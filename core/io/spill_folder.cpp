#include "core/io/spill_folder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "core/base/error.h"

namespace adrep {
namespace {

/// An open file without a name in the folder, or -1 with errno.
int nameless_file(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  // network file systems know no nameless files
  std::string name = (folder / ".spill-XXXXXX").string();
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

/// A mapped file; a tensor's storage owns it, and is known by how it is given back.
struct Mapping {
  void* begin = nullptr;
  size_t bytes = 0;
  int file = -1;
};

void unmap(void* context) {
  const std::unique_ptr<Mapping> mapping(static_cast<Mapping*>(context));
  munmap(mapping->begin, mapping->bytes);
  close(mapping->file);
}

/// nullptr of a tensor that lies elsewhere.
const Mapping* mapping_of(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return nullptr;
  return tensor.storage().data_ptr().cast_context<Mapping>(&unmap);
}

}  // namespace

at::Tensor SpillFolder::zeros(at::IntArrayRef sizes, at::ScalarType type) const {
  size_t bytes = at::elementSize(type);
  for (const int64_t size : sizes) bytes *= static_cast<size_t>(size);
  if (bytes == 0) return at::zeros(sizes, at::TensorOptions().dtype(type));
  const auto fail = [&](int reason) {
    throw_failure("{}: no room for {:.1f} GB of features that do not fit into memory=: {}", folder_.string(),
                  static_cast<double>(bytes) / 1e9, std::strerror(reason));
  };
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  const int file = nameless_file(folder_);
  if (file < 0) fail(errno);
  // a full disk would otherwise only be noticed by a signal
  const int reserved = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* data = reserved == 0 ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  if (data == MAP_FAILED) {
    const int reason = reserved != 0 ? reserved : errno;
    close(file);
    fail(reason);
  }
  at::Storage storage(at::Storage::use_byte_size_t(), bytes,
                      at::DataPtr(data, new Mapping{data, bytes, file}, &unmap, at::kCPU), /*allocator=*/nullptr,
                      /*resizable=*/false);
  const at::Tensor flat = at::empty({0}, at::TensorOptions().dtype(type));
  flat.set_(std::move(storage), 0, {static_cast<int64_t>(bytes / at::elementSize(type))}, {1});
  return flat.view(sizes);
}

bool is_spilled(const at::Tensor& tensor) {
  return mapping_of(tensor) != nullptr;
}

void release_spilled(const at::Tensor& tensor) {
  const Mapping* mapping = mapping_of(tensor);
  if (!mapping) return;
  // the disk begins to write, so that the pages can be dropped by the time that memory is wanted
  sync_file_range(mapping->file, 0, 0, SYNC_FILE_RANGE_WRITE);
  madvise(mapping->begin, mapping->bytes, MADV_DONTNEED);
}

}  // namespace adrep
