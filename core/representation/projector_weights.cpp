#include "core/representation/projector_weights.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"

namespace adrep {

at::Tensor initial_weight(const WeightSpec& spec, uint64_t seed) {
  using Kind = WeightStart::Kind;
  at::Tensor weight = at::zeros(spec.shape, at::kFloat);
  const auto fan = static_cast<double>(spec.start.fan), outputs = static_cast<double>(spec.shape.front());
  Random random(seed);
  float* values = weight.mutable_data_ptr<float>();
  const auto fill = [&](const auto& draw) {
    for (int64_t i = 0; i < weight.numel(); ++i) values[i] = static_cast<float>(draw());
  };
  const auto fill_uniform = [&](double bound) { fill([&] { return random.uniform(-bound, bound); }); };
  switch (spec.start.kind) {
    case Kind::normal:
      fill([&] { return random.normal(); });
      break;
    case Kind::kaiming_normal:
      fill([&] { return std::sqrt(2 / fan) * random.normal(); });
      break;
    case Kind::fan_uniform:
      fill_uniform(1 / std::sqrt(fan));
      break;
    case Kind::xavier_uniform:
      fill_uniform(std::sqrt(6 / (fan + outputs)));
      break;
    case Kind::zeros:
      break;
  }
  return weight;
}

const at::Tensor& WeightScope::at(const std::string& key) const {
  const at::Tensor* found = find(key);
  if (!found) throw_failure("the projector has no weight '{}{}'", prefix_, key);
  return *found;
}

const at::Tensor* WeightScope::find(const std::string& key) const {
  const auto place = weights_->find(prefix_ + key);
  return place == weights_->end() ? nullptr : &place->second;
}

}  // namespace adrep
