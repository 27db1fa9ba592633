// Lists the detectors of an installed adrep, and scores an image by a model that it writes and loads again.
#include <core/base/hash.h>
#include <core/base/version.h>
#include <detectors/pipeline/pipeline.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

namespace {

constexpr int side = 32;

/// A backbone of one level, the image in cells of 8 x 8 pixels.
void write_backbone(const std::filesystem::path& file) {
  torch::jit::Module module("Net");
  module.define("def forward(self, x):\n    return torch.avg_pool2d(x, [8, 8])\n");
  module.save(file.string());
}

/// A model whose detector learns nothing, on raw features of that backbone.
void write_model(const std::filesystem::path& file, const std::filesystem::path& backbone) {
  const auto net = adrep::load_backbone("torchscript:" + backbone.string(), {}, at::kCPU);
  const adrep::Image grey(side, side, 3);
  adrep::Artefact model;
  model.detector = "feature_norm";
  model.geometry = {side, side};
  model.backbone = {"torchscript:FILE", "net.pt", adrep::sha256_of_file(backbone)};
  model.fitted = adrep::DetectorRegistry::instance().get("feature_norm", "detector").make({});
  model.probe.image = at::tensor(grey.pixels, at::kByte).view({side, side, 3});
  model.probe.levels = net->forward(adrep::normalised(grey, net->info().mean, net->info().std).unsqueeze(0));
  adrep::save_artefact(file, model);
}

}  // namespace

int main() {
  for (const std::string& name : adrep::DetectorRegistry::instance().names()) fmt::print("detector {}\n", name);
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("adrep-consumer-{}", getpid());
  std::filesystem::create_directories(folder);
  write_backbone(folder / "net.pt");
  write_model(folder / "model.safetensors", folder / "net.pt");
  const adrep::Pipeline pipeline =
      adrep::Pipeline::load(folder / "model.safetensors", {.weights = folder / "net.pt", .trust_code = true});
  const adrep::Scores scores = pipeline.score({adrep::Image(2 * side, side, 3)});
  std::filesystem::remove_all(folder);
  fmt::print("installed adrep {}: a map of {}x{}\n", adrep::version(), scores.maps.size(1), scores.maps.size(2));
  return scores.maps.size(1) == side ? 0 : 1;
}
