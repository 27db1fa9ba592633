#include "core/io/spill_folder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/io/mapped_file.h"

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

/// The file of a tensor, mapped; the tensor's storage owns it, and is known by how it is given back.
struct SpillFile {
  std::filesystem::path folder;
  char* begin = nullptr;
  size_t bytes = 0;
  int file = -1;

  /// The file of which part is mapped into it last, and how much of the address space's table such parts take.
  FilePlace source{};
  int source_file = -1;
  char* next = nullptr;  ///< behind the last part
  int64_t runs = 0;      ///< parts that do not follow each other here and there
};

void give_back(void* context) {
  const std::unique_ptr<SpillFile> spilled(static_cast<SpillFile*>(context));
  munmap(spilled->begin, spilled->bytes);
  close(spilled->file);
  if (spilled->source_file >= 0) close(spilled->source_file);
}

/// nullptr of a tensor that lies elsewhere.
SpillFile* spill_file_of(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return nullptr;
  return tensor.storage().data_ptr().cast_context<SpillFile>(&give_back);
}

[[noreturn]] void throw_no_room(const std::filesystem::path& folder, size_t bytes, int reason) {
  throw_failure("{}: no room for {:.1f} GB of features that do not fit into memory=: {}", folder.string(),
                static_cast<double>(bytes) / 1e9, std::strerror(reason));
}

/// Opens the file of a place, unless it is the one that is open. False when another has its name by now, or none.
bool open_source(SpillFile& spilled, const FilePlace& place) {
  const FilePlace& known = spilled.source;
  if (spilled.source_file >= 0 && known.device == place.device && known.inode == place.inode) return true;
  if (spilled.source_file >= 0) close(spilled.source_file);
  spilled.source = place;
  spilled.source_file = open(place.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info {};
  const bool same = spilled.source_file >= 0 && fstat(spilled.source_file, &info) == 0 && info.st_dev == place.device &&
                    info.st_ino == place.inode;
  if (!same && spilled.source_file >= 0) close(spilled.source_file);
  if (!same) spilled.source_file = -1;
  return same;
}

/// Maps the values into their part. False when they are not in whole pages of a file, or it would make the process's
/// table of mappings long, which the system limits.
bool map_values(SpillFile& spilled, char* part, std::string_view values) {
  constexpr int64_t most_runs = 4096;
  const auto is_whole = [](uint64_t number) { return number % mapped_page == 0; };
  if (!is_whole(reinterpret_cast<uintptr_t>(part)) || !is_whole(values.size())) return false;
  const std::optional<FilePlace> place = place_in_file(values);
  if (!place || !is_whole(place->offset)) return false;
  const uint64_t last_inode = spilled.source.inode, last_offset = spilled.source.offset;
  if (!open_source(spilled, *place)) return false;
  const bool follows = part == spilled.next && place->inode == last_inode && place->offset == last_offset;
  if (!follows && spilled.runs >= most_runs) return false;
  if (mmap(part, values.size(), PROT_READ, MAP_SHARED | MAP_FIXED, spilled.source_file,
           static_cast<off_t>(place->offset)) == MAP_FAILED)
    throw_failure("{}: cannot be mapped into memory: {}", place->path.string(), std::strerror(errno));
  spilled.runs += !follows;
  spilled.next = part + values.size();
  spilled.source.offset = place->offset + values.size();
  return true;
}

/// Through the file, not through its mapping: the pages need not be read first, and a full disk is an error.
void write_values(const SpillFile& spilled, const char* part, std::string_view values) {
  auto offset = static_cast<off_t>(part - spilled.begin);
  while (!values.empty()) {
    const ssize_t written = pwrite(spilled.file, values.data(), values.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_no_room(spilled.folder, spilled.bytes, written < 0 ? errno : ENOSPC);
    values.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
}

}  // namespace

at::Tensor SpillFolder::room(at::IntArrayRef sizes, at::ScalarType type) const {
  size_t bytes = at::elementSize(type);
  for (const int64_t size : sizes) bytes *= static_cast<size_t>(size);
  if (bytes == 0) return at::zeros(sizes, at::TensorOptions().dtype(type));
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  const int file = nameless_file(folder_);
  if (file < 0) throw_no_room(folder_, bytes, errno);
  const bool sized = ftruncate(file, static_cast<off_t>(bytes)) == 0;
  void* data = sized ? mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
  if (data == MAP_FAILED) {
    const int reason = errno;
    close(file);
    throw_no_room(folder_, bytes, reason);
  }
  auto* const begin = static_cast<char*>(data);
  at::Storage storage(at::Storage::use_byte_size_t(), bytes,
                      at::DataPtr(data, new SpillFile{folder_, begin, bytes, file}, &give_back, at::kCPU),
                      /*allocator=*/nullptr, /*resizable=*/false);
  const at::Tensor flat = at::empty({0}, at::TensorOptions().dtype(type));
  flat.set_(std::move(storage), 0, {static_cast<int64_t>(bytes / at::elementSize(type))}, {1});
  return flat.view(sizes);
}

bool is_spilled(const at::Tensor& tensor) {
  return spill_file_of(tensor) != nullptr;
}

void put_spilled(const at::Tensor& part, const at::Tensor& values) {
  SpillFile* spilled = spill_file_of(part);
  ADREP_ASSERT(spilled && part.is_contiguous(), "not a contiguous part of a spilled tensor");
  ADREP_ASSERT(part.sizes() == values.sizes() && part.scalar_type() == values.scalar_type(), "values of another shape");
  if (part.numel() == 0) return;
  const at::Tensor source = values.cpu().contiguous();
  const std::string_view bytes(static_cast<const char*>(source.const_data_ptr()), source.nbytes());
  auto* const begin = static_cast<char*>(const_cast<void*>(part.const_data_ptr()));
  if (!map_values(*spilled, begin, bytes)) write_values(*spilled, begin, bytes);
}

void release_spilled(const at::Tensor& tensor) {
  const SpillFile* spilled = spill_file_of(tensor);
  if (!spilled) return;
  // the disk begins to write, so that the pages can be dropped by the time that memory is wanted
  sync_file_range(spilled->file, 0, 0, SYNC_FILE_RANGE_WRITE);
  madvise(spilled->begin, spilled->bytes, MADV_DONTNEED);
}

}  // namespace adrep
