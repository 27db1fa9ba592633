#pragma once
#include <optional>
#include <string>
#include <vector>

namespace adrep {

/// How a published number and ours compare, or why they do not. In the order in which closing counts have them.
enum class Outcome {
  agrees,  ///< within the tolerance and the rounding of what is printed
  differs,
  other_protocol,   ///< the metric was measured by another protocol than the published one
  other_selection,  ///< another epoch counts than in the publication
  other_weights,    ///< the backbone's weights are not the published file
  other_data,       ///< classes or numbers of images are not the published ones
  other_settings,   ///< parameters of the detector, references or the split
  shortened,        ///< trained for fewer epochs
  not_run,          ///< nothing of it, or not all classes, among the results
  no_data,          ///< nothing of its data set among the results
  misprint,         ///< the printed number contradicts what stands beside it
  contradicted,     ///< another table of the paper prints another number for the same
  cited,            ///< from another paper: shown, never compared
};

/// "other protocol"
std::string outcome_text(Outcome outcome);

/// All of them.
const std::vector<Outcome>& all_outcomes();

/// Why values do not compare, with the detail: "metrics.protocol=exact, published with paper".
struct Deviation {
  Outcome outcome;
  std::string why;
};

}  // namespace adrep
