#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"
#include "benchmarks/cells/result_plan.h"

namespace adrep {

/// The folder of a run: the one above where its cells/ is given.
std::filesystem::path run_folder(const std::filesystem::path& given);

/// The results of one or more folders, with what their plans ask for and what is missing of it. The one reader that
/// tables, reports and comparisons are made from.
///
/// Of a planned result the cell counts that was logged for it last. A cell that no plan names counts in a folder
/// without plans, as one of adrep 0.1 or one with nothing but cells; else it is left out with a note. Damaged files are
/// left out with a note each.
class ResultSet {
 public:
  /// A folder is that of a run, or its cells/. Results by data set, class, features, detector and variant. Throws
  /// InputError for a folder that is not there or holds neither cells nor plans.
  static ResultSet read(const std::vector<std::filesystem::path>& folders);
  /// The results of one plan in its order.
  static ResultSet of_plan(const std::filesystem::path& folder, const ResultPlan& plan);
  /// Of results that are there already, in their order.
  static ResultSet of(std::vector<StoredResult> results);

  const std::vector<StoredResult>& results() const { return results_; }
  const std::vector<std::string>& notes() const { return notes_; }
  int64_t missing() const;  ///< neither finished nor failed
  int64_t failed() const;
  /// How many classes of a data set are planned, or there.
  int64_t classes_of(const std::string& data_set) const;

 private:
  std::vector<StoredResult> results_;
  std::vector<std::string> notes_;
};

}  // namespace adrep
