#include "sweep/reduced_table1.h"

#include <fmt/format.h>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/representation/projector_checkpoint.h"
#include "datasets/dataset.h"
#include "datasets/layouts/mini_tree.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

namespace adrep::test {
namespace {

namespace fs = std::filesystem;

constexpr int64_t vit_blocks = 4, vit_width = 80;  // a level each block
constexpr size_t listed_images = 4;

/// As configs/table1.yaml but for sizes: images of 64 pixels, 72 cropped to 64 where the paper has 256 and 224, small
/// models, three epochs.
constexpr const char* reduced_sweep = R"(base:
  features: raw
  references:
    select: list
    list: references/{data}
    shots: 4
    resize: 64
  metrics:
    protocol: paper
  post: published
  glass: {textures: dtd/images, meta_epochs: 3, batch: 4, dimension: 32, hidden: 32, ascent_steps: 2}
  cflow: {meta_epochs: 3, sub_epochs: 1, blocks: 2, condition: 16, batch: 4, fibres: 64}
  uniad: {epochs: 3, batch: 4, hidden: 32, heads: 4, encoder_layers: 1, decoder_layers: 1, feedforward: 64}
  image: {resize: 64, crop: 64}
  report: {examples: 1}
  checkpoint: 0
  output: results
axes:
  data:
    mvtec_ad: {data: data/mvtec_ad, layout: mvtec_ad}
    visa: {data: data/visa, layout: visa}
    btad: {data: data/btad, layout: btad}
    mvtec_3d: {data: data/mvtec_3d, layout: mvtec_3d}
    mpdd: {data: data/mpdd, layout: mpdd}
  backbone:
    dinov2: {backbone: vit, weights: weights/dinov2.pth, vit: {heads: 5}}
    clip: {backbone: vit, weights: weights/clip.pt, vit: {heads: 5}}
    hugging_face_dinov2: {backbone: vit, weights: weights/dinov2.safetensors, vit: {heads: 5}}
    hugging_face_clip: {backbone: vit, weights: weights/clip.safetensors, vit: {heads: 5}}
    imagebind: {backbone: vit, weights: weights/imagebind.pth}
  detector: [padim, patchcore, cflow, glass, uniad, feature_norm]
  features: [raw, pretrained]
rules:
  - when: {data: mvtec_ad, detector: [padim, patchcore]}
    set: {image: {resize: 72}}
  - when: {features: pretrained, detector: [padim, patchcore]}
    set: {projector: "projectors/{backbone}/checkpoints_pro_angle.pth"}
  - when: {features: pretrained, detector: [cflow, glass, uniad, feature_norm]}
    set: {projector: "projectors/{backbone}/checkpoints_pro_norm.pth"}
  - when: {features: pretrained, detector: feature_norm}
    set: {references: {select: aligned, list: "", shots: 3, aligned_backbone: efficientnet_lite0}}
  - when: {detector: padim}
    set: {seed: 1024}
  - when: {detector: patchcore}
    set: {seed: 42}
  - when: {detector: cflow}
    set: {seed: 0, selection: oracle, cflow: {legacy_zero_grad: true}}
  - when: {detector: glass}
    set: {seed: 0, selection: oracle, metrics: {protocol: glass}}
  - when: {detector: uniad}
    set: {seed: 133, classes_together: true}
)";

void write_data(const fs::path& folder, const std::string& layout) {
  MiniOptions options;
  options.train = 6;
  options.normal_test = options.anomalous_test = 3;
  options.size = 72;
  make_mini_dataset(folder / "data" / layout, layout, options);
  const std::unique_ptr<Dataset> dataset = open_dataset(folder / "data" / layout, layout);
  for (const std::string& name : dataset->classes()) {
    std::string list;
    const ClassSplit split = dataset->load(name);
    for (size_t i = 0; i < listed_images; ++i) list += split.train.at(i).id + "\n";
    write_file_atomically(folder / "references" / layout / (name + ".txt"), list);
  }
}

void write_projectors(const fs::path& folder, const std::string& backbone) {
  ProjectorCheckpoint checkpoint;
  checkpoint.params.references = 32;
  checkpoint.channels.assign(vit_blocks, vit_width);
  checkpoint.selection = "oracle";
  for (const char* kind : {"angle", "norm"}) {
    checkpoint.weights = initial_projector(checkpoint.params, checkpoint.channels, derive_seed(0, backbone + kind));
    write_published_projector(folder / "projectors" / backbone / fmt::format("checkpoints_pro_{}.pth", kind),
                              checkpoint);
  }
}

}  // namespace

void write_reduced_table1(const fs::path& folder) {
  for (const char* layout : {"mvtec_ad", "visa", "btad", "mvtec_3d", "mpdd"}) write_data(folder, layout);
  const fs::path weights = folder / "weights";
  fs::create_directories(weights);
  for (const SmallVit& vit : write_small_vits(weights, vit_blocks))
    write_projectors(folder, vit.layout == "openai_clip" ? "clip" : vit.layout);
  fs::copy_file(seeded_efficientnet(), weights / seeded_efficientnet().filename());
  for (unsigned i = 0; i < 4; ++i)
    write_texture(folder / "dtd/images/woven" / fmt::format("woven_{}.png", i), 80, 80, i);
  write_file_atomically(folder / "table1.yaml", reduced_sweep);
}

}  // namespace adrep::test
