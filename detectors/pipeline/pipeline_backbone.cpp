#include "detectors/pipeline/pipeline_backbone.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/device.h"
#include "core/base/hash.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// Bytes as a file that has no place on any disk: backbones are read from files.
class FileInMemory {
 public:
  explicit FileInMemory(std::string_view bytes) : descriptor_(memfd_create("backbone", MFD_CLOEXEC)) {
    while (descriptor_ >= 0 && !bytes.empty()) {
      const ssize_t count = write(descriptor_, bytes.data(), bytes.size());
      if (count <= 0) break;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    if (bytes.empty() && descriptor_ >= 0) return;
    if (descriptor_ >= 0) close(descriptor_);
    throw_failure("the embedded backbone does not fit into memory");
  }
  FileInMemory(const FileInMemory&) = delete;
  FileInMemory& operator=(const FileInMemory&) = delete;
  ~FileInMemory() { close(descriptor_); }

  /// Valid as long as this is; what was mapped from it stays.
  fs::path path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

/// The one place where a pipeline's backbone is loaded: the name may say its file.
std::unique_ptr<const Backbone> loaded(const ArtefactBackbone& wanted, const std::string& name, const fs::path& weights,
                                       const PipelineOptions& options) {
  return load_backbone(name, weights, open_device(options.device), precision_name(wanted.precision), wanted.vit);
}

void require_content(const ArtefactBackbone& wanted, const std::string& sha256, const std::string& what) {
  if (sha256 == wanted.sha256) return;
  throw_input("its backbone {} needs {} with SHA-256 {}, and {} has {}: name the right file, weights=FILE", wanted.name,
              wanted.file, wanted.sha256, what, sha256);
}

std::unique_ptr<const Backbone> from_embedded(const ArtefactBackbone& wanted, const PipelineOptions& options) {
  const std::string_view bytes{static_cast<const char*>(wanted.embedded.const_data_ptr()), wanted.embedded.nbytes()};
  require_content(wanted, sha256_of(bytes), "what it embeds");
  const FileInMemory file(bytes);
  return loaded(wanted, wanted.name, file.path(), options);
}

std::unique_ptr<const Backbone> from_code(const ArtefactBackbone& wanted, const PipelineOptions& options) {
  if (!options.trust_code)
    throw_input(
        "its backbone {} is code that loading would run: if you trust {} (SHA-256 {}), load it with trust_code=true "
        "and weights=FILE",
        wanted.name, wanted.file, wanted.sha256);
  if (options.weights.empty())
    throw_input("its backbone {} is the file {} (SHA-256 {}): name it, weights=FILE", wanted.name, wanted.file,
                wanted.sha256);
  const std::string name = wanted.name.substr(0, wanted.name.find(':') + 1) + options.weights.string();
  require_content(wanted, sha256_of_file(find_weights(find_backbone(name), {})), options.weights.string());
  return loaded(wanted, name, {}, options);
}

}  // namespace

std::unique_ptr<const Backbone> backbone_of(const ArtefactBackbone& wanted, const PipelineOptions& options) {
  if (wanted.is_code()) return from_code(wanted, options);
  if (wanted.embedded.defined() && options.weights.empty()) return from_embedded(wanted, options);
  const fs::path file = find_weights(find_backbone(wanted.name), options.weights);
  require_content(wanted, hash_of_weights(file), file.string());
  return loaded(wanted, wanted.name, options.weights, options);
}

}  // namespace adrep
