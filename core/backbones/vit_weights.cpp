#include "core/backbones/vit_weights.h"

#include "core/backbones/vit_key_names.h"
#include "core/backbones/weight_taker.h"
#include "core/base/names.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

/// Takes the weights of one architecture by the names of one layout.
class VitTaker {
 public:
  VitTaker(TensorMap tensors, const std::string& file, const VitArchitecture& architecture, VitLayout layout)
      : taker_(std::move(tensors), file, architecture.name), a_(architecture), layout_(std::move(layout)) {
    if (!layout_.only.empty()) taker_.ignore_all_but(layout_.only);
    taker_.ignore_prefixes(layout_.ignored);
    need(a_.layer_scale, layout_.scale1, "LayerScale", file);
    need(a_.pre_norm, layout_.pre_norm, "norm of the embedded patches", file);
    need(a_.registers > 0, layout_.registers, "registers", file);
    need(a_.gated, layout_.gated_fc1, "gated MLP", file);
  }

  VitWeights take_all() {
    VitWeights weights;
    const int64_t tokens = 1 + a_.trained_grid * a_.trained_grid;
    weights.patch = patch();
    weights.class_token = token(layout_.class_token, 1).squeeze(0);
    weights.position = token(layout_.position, tokens);
    if (a_.registers > 0)
      weights.registers = taker_.take_tensor(layout_.registers, {1, a_.registers, a_.width}).squeeze(0);
    if (a_.pre_norm) weights.pre_norm = both(layout_.pre_norm, {a_.width});
    for (int64_t i = 0; i < a_.blocks_used(); ++i) weights.blocks.push_back(block(i));
    weights.parameters = taker_.parameters();
    for (int64_t i = a_.blocks_used(); i < a_.depth; ++i) static_cast<void>(block(i));  // only checked
    taker_.finish();
    return weights;
  }

 private:
  void need(bool needed, const std::string& name, const char* what, const std::string& file) const {
    if (needed && name.empty())
      throw_input("{}: not the weights of {}: it is laid out as {}, which has no {}", file, a_.name, layout_.name,
                  what);
  }

  WeightAndBias both(const std::string& name, at::IntArrayRef shape) {
    return {taker_.take_tensor(name + ".weight", shape), taker_.take_tensor(name + ".bias", {shape[0]})};
  }

  WeightAndBias patch() {
    std::vector<int64_t> shape = {a_.width, 3, a_.patch, a_.patch};
    if (a_.frames > 1) shape.insert(shape.begin() + 2, a_.frames);
    if (a_.patch_bias) return both(layout_.patch, shape);
    return {taker_.take_tensor(layout_.patch + ".weight", shape), {}};
  }

  /// [count, D]
  at::Tensor token(const std::string& key, int64_t count) {
    if (!layout_.flat_tokens) return taker_.take_tensor(key, {1, count, a_.width}).squeeze(0);
    if (key == layout_.class_token) return taker_.take_tensor(key, {a_.width}).unsqueeze(0);
    return taker_.take_tensor(key, {count, a_.width});
  }

  VitBlockWeights block(int64_t index) {
    const std::string name = fmt::format("{}{}.", layout_.blocks, index);
    const int64_t width = a_.width, rows = 3 * width / static_cast<int64_t>(layout_.attention.size());
    VitBlockWeights block;
    block.norm1 = both(name + layout_.norm1, {width});
    block.norm2 = both(name + layout_.norm2, {width});
    for (const auto& [weight, bias] : layout_.attention)
      block.attention.push_back(
          {taker_.take_tensor(name + weight, {rows, width}), taker_.take_tensor(name + bias, {rows})});
    block.out = both(name + layout_.out, {width, width});
    if (a_.layer_scale) {
      block.scale1 = taker_.take_tensor(name + layout_.scale1, {width});
      block.scale2 = taker_.take_tensor(name + layout_.scale2, {width});
    }
    block.fc1 = both(name + (a_.gated ? layout_.gated_fc1 : layout_.fc1), {(a_.gated ? 2 : 1) * a_.hidden, width});
    block.fc2 = both(name + (a_.gated ? layout_.gated_fc2 : layout_.fc2), {width, a_.hidden});
    return block;
  }

  WeightTaker taker_;
  const VitArchitecture& a_;
  VitLayout layout_;
};

}  // namespace

std::vector<VitLayout> vit_layouts() {
  return {dinov2_layout(),
          openai_clip_layout(),
          open_clip_tower_layout(),
          hugging_face_dinov2_layout(),
          hugging_face_clip_layout(),
          hugging_face_clip_vision_layout(),
          imagebind_layout()};
}

VitLayout recognised_layout(const TensorMap& tensors, const std::string& file, const std::string& architecture) {
  std::vector<std::string> known;
  for (const VitLayout& layout : vit_layouts()) {
    if (tensors.contains(layout.marker)) return layout;
    known.push_back(fmt::format("'{}' ({})", layout.marker, layout.name));
  }
  throw_input("{}: not the weights of {}{}: it is no vision transformer of a known layout, it has none of the keys {}",
              file, architecture, shard_hint(file), listed(known));
}

VitWeights take_vit_weights(TensorMap tensors, const std::string& file, const VitArchitecture& architecture) {
  tensors = published_key_names(std::move(tensors), file);
  VitLayout layout = recognised_layout(tensors, file, architecture.name);
  return VitTaker(std::move(tensors), file, architecture, std::move(layout)).take_all();
}

}  // namespace adrep
