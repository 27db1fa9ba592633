#pragma once
#include "core/representation/projector.h"

namespace adrep {

/// A class that projectors were pretrained on.
struct PretrainedClass {
  std::string layout;       ///< "real_iad"
  std::string name;         ///< "zipper"
  std::string fingerprint;  ///< of its images; "" when not known
};

/// Trained projectors with what is known about their training.
struct ProjectorCheckpoint {
  ProjectorParams params;
  std::vector<int64_t> channels;  ///< of every level
  TensorMap weights;              ///< "l1_proj.…", float32

  bool residual = true;  ///< they take residual features, not the backbone's
  std::string backbone;  ///< "" when the file does not say
  std::string backbone_sha256;
  std::string trained_backbone_sha256;  ///< of trained_backbone_file; "" when the backbone stayed as it was
  std::vector<PretrainedClass> classes;
  std::string selection = "last";        ///< how this state was chosen; "oracle": on test data
  std::map<std::string, double> scores;  ///< what it was chosen by: img_auc, pix_auc, pix_pro
  std::string settings = "{}";           ///< JSON: the settings it was pretrained with

  std::filesystem::path file;
  std::string sha256;  ///< of the file

  /// Whether an evaluation on this class would be on data that the projectors have seen.
  bool saw(const std::string& layout, const std::string& class_name, const std::string& fingerprint) const;
};

/// The file beside a projector file that holds the backbone trained with it: "projector.backbone.safetensors".
std::filesystem::path trained_backbone_file(const std::filesystem::path& projector);

/// Reads our own safetensors file or a published `checkpoints_pro_*.pth` (protocol §5); the content decides. Of a
/// published file depth, N_r, channels and squeeze-excite follow from the shapes; it has 16 heads, was pretrained on
/// Real-IAD and selected on test data, unless it says otherwise itself (write_published_projector).
/// Throws InputError with every missing, unknown or misshapen key.
ProjectorCheckpoint read_projector_checkpoint(const std::filesystem::path& file);

/// Writes weights and everything that is known about them as one safetensors file, atomically.
void write_projector_checkpoint(const std::filesystem::path& file, const ProjectorCheckpoint& checkpoint);

/// Writes a file as the published ones are: a dictionary with `projectors` ("l1_proj.…") and the scalars of `scores`,
/// which PyTorch reads, and, beside them, what is known about it as text.
void write_published_projector(const std::filesystem::path& file, const ProjectorCheckpoint& checkpoint);

/// Under this key a file holds everything but the weights.
inline constexpr const char* projector_description_key = "adrep_projector";

/// That as JSON, and back; `file` for messages. Throws InputError for a misshapen text.
std::string description_of(const ProjectorCheckpoint& checkpoint);
ProjectorCheckpoint checkpoint_of(const std::string& description, const std::filesystem::path& file);

/// Throws InputError with all keys that are missing, not known or of the wrong shape.
void check_projector_weights(const TensorMap& weights, const ProjectorParams& params,
                             const std::vector<int64_t>& channels, const std::string& file);

/// The published file's projectors, without `file` and `sha256`. See read_projector_checkpoint.
ProjectorCheckpoint read_published_projector(const std::filesystem::path& file);

}  // namespace adrep
