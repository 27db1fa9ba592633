#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"

namespace adrep {

/// A name that is not to be read, and why.
struct Refused : FileProblem {
  bool is_folder = false;
};

/// What one folder holds, each list in byte-wise order. Names that begin with '.' are left out (macOS "._" files too).
struct Listing {
  std::vector<std::string> files;    ///< regular files, and links to files inside the root
  std::vector<std::string> folders;  ///< likewise
  /// Not to be read: links that leave the root, lead nowhere or to a folder above themselves, pipes, devices, sockets,
  /// names that are not UTF-8 or hold control characters; the folder itself when it leaves the root or cannot be
  /// opened.
  std::vector<Refused> refused;
};

/// A folder below which everything is read and above which nothing is. Paths given to it are relative to it and '/'
/// separated; "" is the root itself.
class RootFolder {
 public:
  /// The longest chain of folders below the root that is looked into.
  static constexpr int max_depth = 16;

  /// Throws InputError when the folder cannot be resolved.
  explicit RootFolder(const std::filesystem::path& root);

  const std::filesystem::path& path() const { return *path_; }
  const std::shared_ptr<const std::filesystem::path>& shared_path() const { return path_; }
  /// The folder's own name, as given ("." is resolved).
  std::string name() const;
  std::filesystem::path full(const std::string& relative) const {
    return relative.empty() ? path() : path() / relative;
  }

  /// One pass over the folder; only links are looked at one by one. A folder that is not there is empty.
  Listing list(const std::string& relative) const;
  bool has_folder(const std::string& relative) const;
  /// The folders in it, as they were when first asked for: all layouts that look whether they know the tree, and the
  /// one that does, ask again and again. For one thread at a time.
  const std::vector<std::string>& folders(const std::string& relative) const;
  /// The same. Throws InputError when one of them is refused, so that none goes unseen.
  const std::vector<std::string>& folders_in(const std::string& relative) const;

 private:
  Listing read(const std::string& relative, bool with_files) const;
  const Listing& remembered(const std::string& relative) const;

  std::shared_ptr<const std::filesystem::path> path_;
  std::filesystem::path real_;                      ///< without links
  mutable std::map<std::string, Listing> folders_;  ///< listings without files
};

/// "folder/name", or "name" in the root.
std::string joined(std::string_view folder, std::string_view name);

/// Everything before the last '.': "a.b.png" -> "a.b".
std::string_view stem_of(std::string_view name);

/// The text with every byte that is not plain UTF-8 text as \xNN, so that it fits on one line.
std::string escaped(std::string_view text);

}  // namespace adrep
