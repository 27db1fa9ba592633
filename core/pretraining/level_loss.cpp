#include "core/pretraining/level_loss.h"

#include <cmath>

#include "core/base/error.h"
#include "core/pretraining/paper_norm_loss.h"
#include "core/training/across_processes.h"

namespace adrep {

void LevelLossParams::declare(Schema<LevelLossParams>& s) {
  s.decides(Decides::fit);
  s.add(&LevelLossParams::norm_form, "norm_form")
      .one_of({"code", "paper"})
      .doc("norm loss and total as in the published code or as in the paper's Eqs. 3 to 7");
  s.add(&LevelLossParams::use_angle, "use_angle").doc("the angle loss is part of the total");
  s.add(&LevelLossParams::use_norm, "use_norm").doc("the norm loss is part of the total");
  s.add(&LevelLossParams::lambda, "lambda").at_least(0).doc("weight λ of the angle loss");
}

LevelLoss level_loss(const at::Tensor& view1, const at::Tensor& view2, const at::Tensor& angle_labels,
                     const at::Tensor& norm_labels, const at::Tensor& center, const LevelLossParams& params,
                     int64_t memory_bytes, const ProcessGroup& group) {
  if (!params.use_angle && !params.use_norm) throw_input("use_angle and use_norm are both off: there is no loss");
  const bool paper = params.norm_form == "paper";
  LevelLoss loss;
  std::vector<at::Tensor> terms;
  if (params.use_angle) {
    loss.angle = angle_loss(view1, view2, angle_labels, center, params.angle, memory_bytes, group);
    loss.angle_left_out = !std::isfinite(loss.angle.item<double>());
    if (!loss.angle_left_out) terms.push_back(params.lambda * loss.angle);
  }
  if (params.use_norm) {
    const auto norm_of = [&](const at::Tensor& view) {
      return paper ? mean_across(paper_norm_loss(view, norm_labels, params.norm), group)
                   : norm_loss(view, norm_labels, params.norm, group).total();
    };
    loss.norm1 = norm_of(view1);
    loss.norm2 = norm_of(view2);
    terms.push_back(loss.norm1);
    terms.push_back(loss.norm2);
  }
  // without a term the gradient is zero, and the step goes on with the other levels
  loss.total = terms.empty() ? view1.narrow(0, 0, 0).sum() : at::stack(terms).sum();
  if (paper) loss.total = loss.total / 2;
  return loss;
}

}  // namespace adrep
