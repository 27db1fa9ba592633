#pragma once
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "benchmarks/cells/cell.h"
#include "benchmarks/run/score_cache.h"
#include "core/io/safetensors.h"
#include "datasets/dataset.h"

namespace adrep {

/// How many bytes tensors take, in 10^6.
double megabytes_of(const TensorMap& tensors);

/// Whether a key is of images that were divided otherwise than the data set's publisher does.
bool has_own_split(const CellKey& key);
/// What a cell records of such a split: the anomalous images that were trained on, and what was less than asked for.
nlohmann::json split_record(const std::vector<Sample>& train, const std::vector<std::string>& notes);

/// What was lost beside a finished cell is made again by the same computation: if it gives other scores, the new files
/// do not belong to the cell's numbers, and that is said in a warning.
void warn_of_other_scores(const Cell& cell, const std::string& title, const ScoreRecord& again);

}  // namespace adrep
