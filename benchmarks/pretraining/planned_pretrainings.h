#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"
#include "benchmarks/pretraining/pretrain_data.h"
#include "core/base/lease.h"
#include "core/training/process_group.h"

namespace adrep {

/// A pretraining that a plan needs, and how far it is.
struct PlannedPretraining {
  enum class State { done, to_do, blocked, failed };
  std::shared_ptr<const Pretraining> planned;
  std::string identity;          ///< pretraining_identity; "" where it is blocked
  std::filesystem::path folder;  ///< where it lies or will lie, by its address; "" where it is blocked
  State state = State::to_do;
  std::string why;  ///< it failed
};

/// The pretrainings that cells of a plan need before they can be computed (`projector.pretrain`). What one gives is
/// found by what it is made of (pretraining_address), so cells, runs, tables and processes share it.
class PlannedPretrainings {
 public:
  /// Finds them, each distinct one once, in the plan's order. `wanted`: the results, by their ids, whose cells count;
  /// none: all. Files are read to know their content, nothing is computed.
  explicit PlannedPretrainings(const Plan& plan, const std::optional<std::set<std::string>>& wanted = std::nullopt);

  const std::vector<PlannedPretraining>& all() const { return all_; }
  /// What a cell of the plan needs; nullptr: nothing.
  const PlannedPretraining* of(const PlannedCell& cell) const;
  /// What is wrong with their settings and data, one line each; what is missing stands in Plan::missing.
  const std::vector<std::string>& problems() const { return problems_; }

  /// Does what is to do, one after the other, each announced; with `only` no more than what lies in that folder, as one
  /// of the processes of `group`. One that fails leaves the others alone, and so does one
  /// that another process does meanwhile: this waits for it. Throws Interrupted on Ctrl-C, after saving the state that
  /// the next run goes on from, and WriteError.
  void make(const std::filesystem::path& only = {}, const ProcessGroup& group = {});

  /// The plan with the projectors of those that are done. Cells of one that failed fail; those of others still need it.
  Plan applied(const Plan& plan) const;

 private:
  void add(const std::shared_ptr<const Pretraining>& pretraining, bool blocked);
  PlannedPretraining located(const std::shared_ptr<const Pretraining>& pretraining);
  const PretrainData& data_of(const PretrainSettings& settings);
  /// `waits`: for another process that does it; else it is left to that one for now.
  void make_one(PlannedPretraining& one, bool waits, const ProcessGroup& group);
  std::string name_of(const PlannedPretraining& one) const;

  /// Gives a cell its projectors; why it cannot be computed, or "".
  std::string use(PlannedCell& cell) const;

  std::vector<PlannedPretraining> all_;
  std::map<const Pretraining*, size_t> place_of_;
  std::vector<std::string> problems_;
  std::map<std::string, PretrainData> data_;
  Leases leases_;
};

}  // namespace adrep
