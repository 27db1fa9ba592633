#include "detectors/scoring/score_parts.h"

namespace adrep {

void ScoreParts::add(const Scores& part) {
  maps_.push_back(part.maps);
  scores_.push_back(part.image_scores);
  if (part.content.defined()) contents_.push_back(part.content);
  grids_.resize(part.grids.size());
  for (size_t l = 0; l < grids_.size(); ++l) grids_[l].push_back(part.grids[l]);
}

Scores ScoreParts::joined() const {
  ADREP_ASSERT(!maps_.empty(), "the scores of no images");
  Scores all{at::cat(maps_), at::cat(scores_), {}, contents_.empty() ? at::Tensor() : at::cat(contents_)};
  for (const std::vector<at::Tensor>& grid : grids_) all.grids.push_back(at::cat(grid));
  return all;
}

}  // namespace adrep
