#pragma once
#include <string>
#include <vector>

#include "core/representation/projector.h"

namespace adrep {

/// What the feature projectors of one backbone cost, and what the paper's Table 7 prints of them.
struct ProjectorCost {
  std::string backbone;
  int64_t channels = 0, tokens = 0;  ///< of each of the four levels, at 224 x 224 pixels
  int64_t parameters = 0;            ///< all of them, counted
  double multiply_adds = 0;          ///< of one image; the references are mapped for it, too
  double printed_parameters = 0;     ///< in the paper, millions
  double printed_flops = 0;          ///< in the paper, 10⁹
  int64_t counted_parameters = 0;    ///< 4·(9·C² + 6·C): the MLP without its gate, and the reference map
  double counted_flops = 0;          ///< 4·32·C²·(256 + 8·T): the same for 32 images and 256 references, T below
  int64_t counted_tokens = 0;        ///< T: 196 in both Base columns, of which DINOv2's has 256 tokens; 256 elsewhere
};

/// The five backbones of the paper with the learnable projector of these parameters.
std::vector<ProjectorCost> projector_costs(const ProjectorParams& params = {});

/// As a text table with a paragraph on what the paper counted.
std::string projector_costs_text(const std::vector<ProjectorCost>& costs, const ProjectorParams& params = {});

}  // namespace adrep
