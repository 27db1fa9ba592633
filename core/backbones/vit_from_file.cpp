#include "core/backbones/vit_from_file.h"

#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "core/backbones/vision_transformer.h"
#include "core/backbones/vit_key_names.h"
#include "core/io/sharded_checkpoint.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

/// Larger ones are no models but damaged or hostile files. The largest published are 6144 wide, 24 576 in the MLP.
constexpr int64_t most_width = 16'384, most_hidden = 131'072, most_patch = 128, most_frames = 64, most_registers = 256,
                  most_grid = 512;

/// Reads the sizes of a vision transformer from the shapes of its tensors.
class VitSizes {
 public:
  VitSizes(const TensorMap& tensors, const VitLayout& layout, const std::string& file)
      : tensors_(tensors), layout_(layout), file_(file) {}

  /// All but heads and layers.
  VitArchitecture read() const {
    VitArchitecture a;
    a.name = "vit";
    read_patch(a);
    a.trained_grid = grid();
    a.registers = registers();
    a.pre_norm = has(layout_.pre_norm, ".weight");
    a.depth = depth();
    a.layer_scale = has(layout_.scale1, "", first_block());
    a.gated = has(layout_.gated_fc1, ".weight", first_block());
    a.hidden = hidden(a.gated);
    layout_.family.complete(a);
    return a;
  }

 private:
  std::string block(int64_t index) const { return fmt::format("{}{}.", layout_.blocks, index); }
  std::string first_block() const { return block(0); }

  /// Whether the layout has a name for it and the file has it.
  bool has(const std::string& name, const char* suffix, const std::string& prefix = "") const {
    return !name.empty() && tensors_.contains(prefix + name + suffix);
  }

  at::IntArrayRef shape(const std::string& key) const {
    const auto place = tensors_.find(key);
    if (place == tensors_.end())
      throw_input("{}: it is laid out as {} but lacks '{}', from which sizes are read: take the complete file", file_,
                  layout_.name, key);
    return place->second.sizes();
  }

  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const {
    throw_input("{}: '{}' is [{}], expected {}: not a vision transformer as {} has it", file_, key,
                fmt::join(shape(key), ", "), expected, layout_.name);
  }

  int64_t bounded(const std::string& key, const char* what, int64_t size, int64_t most) const {
    if (size < 1 || size > most) refuse(key, fmt::format("{} from 1 to {}", what, most));
    return size;
  }

  void read_patch(VitArchitecture& a) const {
    const std::string key = layout_.patch + ".weight";
    const at::IntArrayRef kernel = shape(key);
    const bool frames = kernel.size() == 5;
    if ((kernel.size() != 4 && !frames) || kernel[1] != 3 || kernel.back() != kernel[kernel.size() - 2])
      refuse(key, "[D, 3, P, P], or [D, 3, F, P, P] with frames");
    a.width = bounded(key, "a width D", kernel[0], most_width);
    a.patch = bounded(key, "a patch P", kernel.back(), most_patch);
    if (frames) a.frames = bounded(key, "frames F", kernel[2], most_frames);
    a.patch_bias = has(layout_.patch, ".bias");
  }

  /// Patches a side of the position embedding.
  int64_t grid() const {
    const at::IntArrayRef tokens = shape(layout_.position);
    const size_t axes = layout_.flat_tokens ? 2 : 3;
    const int64_t patches = tokens.size() == axes ? tokens[axes - 2] - 1 : 0;
    const bool possible = patches >= 1 && patches <= most_grid * most_grid;
    const auto side = possible ? static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(patches)))) : 0;
    if (!possible || side * side != patches)
      refuse(layout_.position,
             fmt::format("[{}1 + M * M, D], a class token and a square of patches with M from 1 to {}",
                         layout_.flat_tokens ? "" : "1, ", most_grid));
    return side;
  }

  int64_t registers() const {
    if (!has(layout_.registers, "")) return 0;
    const at::IntArrayRef tokens = shape(layout_.registers);
    if (tokens.size() != 3) refuse(layout_.registers, "[1, R, D]");
    return bounded(layout_.registers, "registers R", tokens[1], most_registers);
  }

  /// Blocks without a gap; take_vit_weights refuses those behind one as unknown.
  int64_t depth() const {
    int64_t count = 0;
    while (has(layout_.norm1, ".weight", block(count))) ++count;
    if (count == 0) static_cast<void>(shape(first_block() + layout_.norm1 + ".weight"));  // throws
    return count;
  }

  int64_t hidden(bool gated) const {
    const std::string key = first_block() + (gated ? layout_.gated_fc1 : layout_.fc1) + ".weight";
    const at::IntArrayRef matrix = shape(key);
    if (matrix.size() != 2 || (gated && matrix[0] % 2 != 0)) refuse(key, gated ? "[2 * H, D]" : "[H, D]");
    return bounded(key, "an MLP's H", matrix[0] / (gated ? 2 : 1), most_hidden);
  }

  const TensorMap& tensors_;
  const VitLayout& layout_;
  const std::string& file_;
};

int64_t heads_of(const VitArchitecture& a, const VitLayout& layout, const std::string& file, int64_t given) {
  const int64_t usual = layout.family.head_width;
  if (given > 0 && a.width % given != 0)
    throw_input("{}: vit.heads={} does not divide its width {}: set vit.heads to the heads it was trained with", file,
                given, a.width);
  if (given == 0 && a.width % usual != 0)
    throw_input(
        "{}: its width {} is no multiple of {}, the channels of a head in {}: set vit.heads to the heads it was "
        "trained with",
        file, a.width, usual, layout.name);
  return given > 0 ? given : a.width / usual;
}

/// At a quarter, half and three quarters of the depth, rounded up, and the last; each once.
std::vector<int64_t> usual_layers(int64_t depth) {
  std::vector<int64_t> layers;
  for (int64_t quarter = 1; quarter <= 4; ++quarter)
    if (const int64_t layer = (quarter * depth + 3) / 4; layers.empty() || layer > layers.back())
      layers.push_back(layer);
  return layers;
}

std::vector<int64_t> layers_of(int64_t depth, const std::string& file, const std::vector<std::string>& given) {
  if (given.empty()) return usual_layers(depth);
  std::vector<int64_t> layers;
  for (const std::string& text : given) {
    int64_t layer = 0;
    std::from_chars(text.data(), text.data() + text.size(), layer);
    // only as it is written, so that equal layers have equal keys
    if (std::to_string(layer) != text || layer < 1 || layer > depth || (!layers.empty() && layer <= layers.back()))
      throw_input("{}: vit.layers={}: needs numbers of its blocks, 1 to {}, ascending, for example vit.layers={}", file,
                  fmt::join(given, ","), depth, fmt::join(usual_layers(depth), ","));
    layers.push_back(layer);
  }
  return layers;
}

/// A file's architecture. A file is mapped, so reading its tensors for their shapes alone costs nothing.
VitArchitecture described_by(const std::filesystem::path& file, const VitSettings& settings) {
  // a first part may end with a whole block, and would pass for a shallower model
  if (const std::string hint = shard_hint(file.string()); !hint.empty())
    throw_input("{}: not all of a model{}", file.string(), hint);
  const TensorMap tensors = published_key_names(read_state_dict(file), file.string());
  return vit_architecture_of(tensors, recognised_layout(tensors, file.string(), "vit"), file.string(), settings);
}

std::unique_ptr<Backbone> load_vit(const std::filesystem::path& file, const BackboneOptions& options) {
  return load_vision_transformer(described_by(file, options.vit), file, options);
}

}  // namespace

VitArchitecture vit_architecture_of(const TensorMap& tensors, const VitLayout& layout, const std::string& file,
                                    const VitSettings& settings) {
  VitArchitecture a = VitSizes(tensors, layout, file).read();
  a.heads = heads_of(a, layout, file, settings.vit_heads);
  a.layers = layers_of(a.depth, file, settings.vit_layers);
  return a;
}

ADREP_BACKBONE({
    .name = "vit",
    .doc = "any vision transformer in a layout of DINOv2, CLIP or ImageBind: weights=FILE, with vit.heads, vit.layers "
           "and weights.activation",
    .outline = [](const std::filesystem::path& file,
                  const VitSettings& settings) { return described_by(file, settings).outline(); },
    .load = load_vit,
});

}  // namespace adrep
