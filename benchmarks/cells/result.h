#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "benchmarks/cells/cell.h"
#include "benchmarks/cells/cell_costs.h"

namespace adrep {

/// One result of a results folder: what was planned, and the cell where there is one. A result is of a method on a
/// class of a data set with its seeds: the one division that tables, reports and comparisons share.
struct StoredResult {
  std::string data_set;  ///< "mvtec"; "" for a cell that no plan names
  std::string class_name, detector, features;
  std::string planned;                            ///< PlannedResult::id, "" for a cell that no plan names
  std::map<std::string, std::string> settings{};  ///< as they were given, from the plan
  /// On the axes of each sweep that asked for it.
  std::vector<std::map<std::string, std::string>> labels{};
  std::optional<Cell> cell{};                     ///< none: failed, or not computed yet
  std::string error{};                            ///< why it failed, one line
  double seconds = 0;                             ///< that fitting and scoring took
  Costs costs{};                                  ///< of the cell
  nlohmann::json environment = nlohmann::json::object();
  std::filesystem::path folder{};  ///< the results folder

  // filled in by name_results
  std::string method{};   ///< what makes the method: equal for results that differ in class, images and seeds alone
  std::string variant{};  ///< what tells it from others of this detector and features: "patchcore.ratio=0.1", or ""
  std::string seeds{};    ///< "seed=1" where the method has several, else ""

  std::string title() const;  ///< "bottle · padim · raw", with variant and seeds
  bool leaked() const;        ///< the projectors were pretrained on this class
  bool oracle() const;        ///< the epoch was chosen on test data
};

/// What is called a method's detector in a table: "cflow (oracle)" where the epoch was chosen on test data.
std::string shown_detector(const StoredResult& result);
/// The same of features: "pretrained (leaked)".
std::string shown_features(const StoredResult& result);

}  // namespace adrep
