#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace adrep {

/// What lies beside a cell as files of their own: its score maps, its model, the examples of the report. FOLDER/kept/
/// HASH.json lists them with the SHA-256 of their content, so that one that is gone or changed is noticed.
class CellFiles {
 public:
  enum class Kind { maps, model, examples };
  enum class State { unlisted, intact, harmed };  ///< harmed: one of them is gone or has another content

  CellFiles(std::filesystem::path folder, std::string cell_hash);

  /// Lists these files, instead of those that were listed for the kind. Throws WriteError, InputError when one is not
  /// below the folder or cannot be read.
  void record(Kind kind, const std::vector<std::filesystem::path>& files) const;
  State state(Kind kind) const;
  bool intact(Kind kind) const { return state(kind) == State::intact; }
  /// The files that a list of a results folder names, relative to the folder; none when it cannot be read.
  static std::set<std::string> listed_in(const std::filesystem::path& folder, const std::filesystem::path& list);

  std::filesystem::path file() const;

 private:
  using Hashes = std::map<std::string, std::string>;  // by the path relative to the folder
  using Listed = std::map<std::string, Hashes>;       // by kind
  Listed read() const;

  std::filesystem::path folder_;
  std::string cell_;
};

}  // namespace adrep
