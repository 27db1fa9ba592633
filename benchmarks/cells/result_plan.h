#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace adrep {

/// One result that a plan asks for, as it is known before anything is computed.
struct PlannedResult {
  std::string id;        ///< 32 hexadecimal digits: the hash of what follows but title and labels
  std::string data_set;  ///< what the folder of the data set is called: "mvtec"
  std::string class_name, detector, features;
  std::string title;                            ///< "bottle · padim · raw", with what is swept
  std::map<std::string, std::string> settings;  ///< those that decide anything of it, as they were given
  std::map<std::string, std::string> labels{};  ///< on the axes of the sweep that decide anything of it

  bool operator==(const PlannedResult&) const = default;
};

/// A plan as it is kept in a results folder: what a run was to compute, whether or not it came to it. It lies in
/// FOLDER/plans/ID.jsonl, written before the first cell: a line that says what the file is, then one a result, each
/// with a seal of its own (core/io/sealed_json.h).
struct ResultPlan {
  std::string id;  ///< 16 hexadecimal digits: the hash of its results' ids
  std::vector<PlannedResult> results;

  bool operator==(const ResultPlan&) const = default;
};

/// A title with its data set before it, unless it has it already: "mvtec/bottle · padim · raw".
std::string title_in(const std::string& data_set, const std::string& title);

/// Fills in the ids of a plan and of its results.
ResultPlan with_ids(ResultPlan plan);

/// Writes it atomically, unless the same plan lies there whole. Throws WriteError.
void store_plan(const std::filesystem::path& folder, const ResultPlan& plan);

/// All plans of a results folder by the names of their files; none where there is no folder plans. A line that is
/// damaged, and a file that is no plan of a version this program reads, is left out with a line in `notes`.
std::vector<ResultPlan> read_plans(const std::filesystem::path& folder, std::vector<std::string>& notes);

}  // namespace adrep
