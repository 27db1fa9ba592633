#pragma once
#include <filesystem>

#include "tools/weights_file.h"

namespace adrep::test {

/// Sizes of a vision transformer.
struct VitSize {
  int64_t width, depth, patch, grid;
  int64_t gated_hidden = 0;  ///< of a SwiGLU, 0: an MLP four times as wide; only of DINOv2
  int64_t registers = 0;     ///< only of DINOv2
};

/// Of the text model that stands in the same file.
struct TextSize {
  int64_t width, joint;  ///< joint: of the space that images and texts share
  int64_t depth = 12, vocabulary = 49408;
};

/// One modality of ImageBind.
struct Trunk {
  std::string modality;
  int64_t width, depth;
};

/// The tensors of official files, with random values; in ImageBind's those that no backbone uses are holes.
FileTensors dinov2_entries(const VitSize& size);
FileTensors hugging_face_dinov2_entries(const VitSize& size);
FileTensors openai_clip_entries(const VitSize& size, const TextSize& text);
FileTensors hugging_face_clip_entries(const VitSize& size, const TextSize& text);
FileTensors imagebind_entries(const VitSize& size, const TextSize& text, const std::vector<Trunk>& others);

/// A small file in one of the official layouts, in the container that its authors use.
struct SmallVit {
  std::string layout;  ///< "dinov2", "openai_clip", "hugging_face_dinov2", "hugging_face_clip", "imagebind"
  std::filesystem::path file;
};

/// One file of each layout: width 80, patches of 8 pixels, trained on 8 x 8 of them, hidden 320, frames 2 in
/// ImageBind's.
std::vector<SmallVit> write_small_vits(const std::filesystem::path& folder, int64_t depth);

}  // namespace adrep::test
