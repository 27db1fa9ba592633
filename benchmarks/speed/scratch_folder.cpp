#include "benchmarks/speed/scratch_folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/base/temporary_name.h"

namespace adrep {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  const fs::path folder = fs::temp_directory_path();
  remove_stale_temporaries(folder);
  path_ = temporary_name(folder / "adrep-regress");
  if (mkdir(path_.c_str(), S_IRWXU) != 0)
    throw WriteError(fmt::format("{}: no temporary folder can be made there: {}; TMPDIR names another place",
                                 folder.string(), std::strerror(errno)));
}

ScratchFolder::~ScratchFolder() {
  std::error_code stays;
  fs::remove_all(path_, stays);
}

}  // namespace adrep
